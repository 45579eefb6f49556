"""`jiangfu notices` and `jiangfu visits`: a cadre's morning on the command line."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from openpyxl import load_workbook

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.person import Person
from core.domain.visit import Visit
from tests.desk.conftest import Jiangfu
from tests.districts import ADMIN_PHONE, CADRE_PHONE, OFFICER_PHONE, TOWNSHIP_PHONE, District, somebody
from tests.engines import on_sqlite

pytestmark = on_sqlite


@pytest.fixture
def people(sessions: Sessions, vault: Vault, district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two in the cadre's village: one with a phone, one without, in group 3. The cadre acts."""
    monkeypatch.setenv("JIANGFU_STAFF", CADRE_PHONE)
    monkeypatch.setenv("JIANGFU_PIN", "2468")
    with transaction(sessions) as session:
        somebody(session, vault, district.areas["T1V1"], phone="+8613800138000")
        ref = somebody(session, vault, district.areas["T1V1"], id_number="430521195003121232")
        session.query(Person).filter_by(ref=ref).one().village_group = "=3组"


def test_from_draft_to_report(jiangfu: Jiangfu, people: None, tmp_path: Path) -> None:
    """Written, looked at, sent after a yes, followed; the report as CSV and XLSX, without a name or a formula."""
    done = jiangfu("notices", "write", "-m", "{surname}老人家，{date}到村部。", "--date", "2026-05-14")
    assert (done.status, done.out[:9]) == (0, "Notice 1 ")
    seen = jiangfu("notices", "preview", "1")
    assert "people\t2\nreached\t1 by sms\nno phone\t1\n" in seen.out
    assert "名T1V1周建明：欧阳老人家，5月14日到村部。（验123456）" in seen.out
    assert jiangfu("notices", "send", "1", stdin="n\n").status == 1
    assert jiangfu("notices", "list").out.split("\t")[1] == "draft"
    assert "on its way to 1 addresses" in jiangfu("notices", "send", "1", stdin="y\n").out
    assert "told\t0\nvisited\t0\nopen\t2\nin all\t2\n" in jiangfu("notices", "show", "1").out
    for name in ("reach.csv", "reach.xlsx"):
        assert jiangfu("notices", "report", "1", "-o", str(tmp_path / name)).status == 0
    with (tmp_path / "reach.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    assert sorted(row[2:] for row in rows[1:]) == [["", "waiting", ""], ["'=3组", "no_phone", ""]]
    sheet = load_workbook(tmp_path / "reach.xlsx").active
    assert "f" not in {cell.data_type for cell in sheet["C"]}  # what begins with = is words, no formula
    assert "does not hold" not in jiangfu("notices", "test", "1").out
    assert "is stopped; 1 messages" in jiangfu("notices", "stop", "1").out


@pytest.mark.parametrize(
    ("words", "status", "error"),
    [
        (("notices", "send", "9", "--yes"), 1, "has no notice 9"),
        (("notices", "write", "T2", "-m", "您好"), 1, "does not lie in your area"),
        (("notices", "write"), 2, "--message"),
        (("notices", "report", "1", "-o", "reach.pdf"), 1, ".csv or .xlsx"),
        (("visits", "record", "9", "done"), 1, "has no visit 9"),
        (("visits", "record", "9", "perhaps"), 2, "perhaps"),
        (("visits", "list", "--area", "T2"), 1, "does not lie in your area"),
    ],
)
def test_what_is_refused(jiangfu: Jiangfu, people: None, words: tuple[str, ...], status: int, error: str) -> None:
    """One line that says why."""
    jiangfu("notices", "write", "-m", "您好")
    done = jiangfu(*words)
    assert (done.status, error in done.err) == (status, True), done.err
    assert "Traceback" not in done.err


def test_the_list_of_the_morning(jiangfu: Jiangfu, people: None, sessions: Sessions, tmp_path: Path) -> None:
    """Read, printed by village group with a box for each answer, and recorded; who was not at home stays on it."""
    jiangfu("notices", "write", "-m", "您好")
    jiangfu("notices", "send", "1", "--yes")
    listed = jiangfu("visits", "list").out
    assert "王桂兰" in listed
    assert "no_phone" in listed
    jiangfu("visits", "print", "-o", str(tmp_path / "visits.html"))
    page = (tmp_path / "visits.html").read_text("utf-8")
    assert all(word in page for word in ("名T1V1 =3组", "王桂兰", "□ 1 见到了", "□ 5 不愿意", "您好（没有电话）"))
    assert jiangfu("visits", "record", "1", "not_home").status == 0
    assert "not_home" in jiangfu("visits", "list").out
    assert jiangfu("visits", "record", "1", "done").status == 0
    assert jiangfu("visits", "list").out == ""
    assert jiangfu("visits", "record", "1", "died").status == 1
    assert "visited\t1\nopen\t1" in jiangfu("notices", "show", "1").out
    with transaction(sessions) as session:
        assert session.query(Visit).one().tries == 2


def test_a_second_officer_on_the_command_line(jiangfu: Jiangfu, people: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """More people than the setting allows: the sender's yes alone sends nothing."""
    monkeypatch.setenv("JIANGFU_NOTICE_ALONE_MOST", "1")
    jiangfu("notices", "write", "-m", "您好")
    assert "waits for a second officer" in jiangfu("notices", "send", "1", "--yes").out
    assert jiangfu("notices", "send", "1", "--yes").status == 1
    assert "on its way" in jiangfu("notices", "send", "1", "--yes", "--as", TOWNSHIP_PHONE).out
    assert jiangfu("notices", "send", "1", "--yes", "--as", OFFICER_PHONE).status == 1


def test_in_and_out_of_office(jiangfu: Jiangfu, people: None) -> None:
    """An administrator hands out a code and ends an office; whoever is out of it acts no more."""
    code = jiangfu("staff", "invite", CADRE_PHONE, "--as", ADMIN_PHONE).out.splitlines()[0]
    assert (len(code), code.isdigit()) == (12, True)
    assert jiangfu("staff", "invite", ADMIN_PHONE).status == 1
    jiangfu("notices", "write", "-m", "您好")
    refused = jiangfu("staff", "revoke", CADRE_PHONE, "--as", ADMIN_PHONE)
    assert (refused.status, "--to" in refused.err) == (1, True)
    jiangfu("notices", "stop", "1")
    assert jiangfu("staff", "revoke", CADRE_PHONE, "--as", ADMIN_PHONE).status == 0
    done = jiangfu("notices", "list")
    assert (done.status, "Nobody in office" in done.err) == (1, True)
