"""`jiangfu import payouts` and `jiangfu applicants heard`: what is printed, who may, and the exit statuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.annual_check import AnnualCheck
from core.domain.payout import Payout
from core.domain.stage import Stage
from tests.desk.conftest import Jiangfu
from tests.districts import CADRE_PHONE, INSPECTOR_PHONE, District, somebody
from tests.engines import on_sqlite

pytestmark = on_sqlite

HEADER = "编号,年度,金额,状态,发放日期,原因"


@pytest.fixture
def refs(sessions: Sessions, vault: Vault, district: District, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two recipients of last year, in two townships; it is August."""
    monkeypatch.setenv("JIANGFU_NOW", "2026-08-03T10:00:00")
    with transaction(sessions) as session:
        return [
            somebody(session, vault, district.areas[area], id_number=number, stage=Stage.CONFIRMED, year=2025)
            for area, number in (("T1V1", "43052119500312123X"), ("T2V1", "430521195203121236"))
        ]


def file(folder: Path, *lines: str) -> str:
    """A result file as a bank in China saves it."""
    path = folder / "july.csv"
    path.write_text("\n".join((HEADER, *lines)), "gb18030")
    return str(path)


def test_totals_are_printed(jiangfu: Jiangfu, refs: list[str], tmp_path: Path) -> None:
    """The counts, the areas, the batch; again: unchanged, and nothing to total; no name was asked for."""
    path = file(tmp_path, f"{refs[0]},2026,960.00,已发放,2026-07-29,", f"{refs[1]},2026,960,失败,,账号错误")
    done = jiangfu("import", "payouts", path)
    assert (done.status, done.err) == (0, "")
    assert done.out.splitlines() == [
        "rows read: 2, created: 2, updated: 0, unchanged: 0, rejected: 0",
        "T1: paid 1 (960 yuan), failed 0 (0 yuan)",
        "T2: paid 0 (0 yuan), failed 1 (960 yuan)",
        "batch 1: paid 1 (960 yuan), failed 1 (960 yuan)",
    ]
    again = jiangfu("import", "payouts", path)
    assert again.out == "rows read: 2, created: 0, updated: 0, unchanged: 2, rejected: 0\n"
    assert jiangfu("audit", "list").out.endswith("\t-\tpayouts_import\tbatch 1\n")


def test_a_refused_line_and_its_correction(
    jiangfu: Jiangfu, sessions: Sessions, refs: list[str], officer: int, tmp_path: Path
) -> None:
    """Exit 1 with line and column; with --correction and --reason it is added, under the officer's number."""
    jiangfu("import", "payouts", file(tmp_path, f"{refs[0]},2026,960,paid,2026-07-29,"))
    path = file(tmp_path, f"{refs[0]},2026,960,failed,,退回", f"{refs[1]},2026,96000,paid,2026-07-29,")
    done = jiangfu("import", "payouts", path)
    assert done.status == 1
    assert done.out.splitlines()[:2] == [
        "line 2, column 编号: is paid for 2026 already (batch 1): correct it with --correction",
        "line 3, column 金额: is a hundred times the 960 yuan of 2026: is it in fen? Enter it in yuan",
    ]
    corrected = jiangfu("import", "payouts", path, "--correction", "--reason", "银行退回")
    assert corrected.out.splitlines()[-1] == "batch 2: paid 0 (0 yuan), failed 1 (960 yuan)"
    assert jiangfu("audit", "list").out.splitlines()[-1].endswith(f"\t{officer}\tpayouts_correct\tbatch 2")
    with transaction(sessions) as session:
        assert session.scalar(select(func.count()).select_from(Payout)) == 2


def test_wrong_usage(jiangfu: Jiangfu, refs: list[str], tmp_path: Path) -> None:
    """A correction without a reason, or a reason without one, is usage."""
    path = file(tmp_path, f"{refs[0]},2026,960,paid,2026-07-29,")
    assert jiangfu("import", "payouts", path, "--correction").status == 2
    assert jiangfu("import", "payouts", path, "--reason", "退回").status == 2
    assert "Example: jiangfu import payouts" in jiangfu("import", "payouts", "--help").out


@pytest.mark.parametrize("amounts", ["2026=500", "1999=600"])
def test_an_amount_that_cannot_be_stops_the_start(
    jiangfu: Jiangfu, sessions: Sessions, monkeypatch: pytest.MonkeyPatch, amounts: str
) -> None:
    """One line that names the setting, before anything is answered or imported."""
    monkeypatch.setenv("JIANGFU_AMOUNTS", amounts)
    done = jiangfu("init")
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("jiangfu: JIANGFU_AMOUNTS: ")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("named", "place", "refusal"),
    [
        (CADRE_PHONE, 0, ""),
        (CADRE_PHONE, 1, "not in your area"),
        (INSPECTOR_PHONE, 0, "not in your area"),
    ],
)
def test_who_notes_the_yearly_check(
    jiangfu: Jiangfu,
    sessions: Sessions,
    refs: list[str],
    monkeypatch: pytest.MonkeyPatch,
    named: str,
    place: int,
    refusal: str,
) -> None:
    """The village's cadre for his own village, an officer for his area; it stands in the trail."""
    monkeypatch.setenv("JIANGFU_PIN", "2468")
    done = jiangfu("applicants", "heard", refs[place], "--as", named)
    assert (done.status, refusal in done.err) == (1 if refusal else 0, True)
    with transaction(sessions) as session:
        assert session.scalar(select(func.count()).select_from(AnnualCheck)) == (0 if refusal else 1)
    assert ("heard" in jiangfu("audit", "list").out) == (not refusal)
