"""The officers' commands: who may, what is moved, what is printed, and what is kept of it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.application import Application, StageChange
from core.domain.staff import Role
from core.domain.stage import Stage
from tests.desk.conftest import Jiangfu
from tests.districts import CADRE_PHONE, INSPECTOR_PHONE, LEFT_PHONE, OFFICER_PHONE, TOWNSHIP_PHONE, District, somebody
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY

pytestmark = on_sqlite

ID_NUMBER, PHONE = "43052119500312123X", "+8613800138000"
NAME = "王桂兰"


@pytest.fixture
def refs(sessions: Sessions, vault: Vault, district: District) -> list[str]:
    """Three who have declared: two in one village, one in another township."""
    with transaction(sessions) as session:
        return [
            somebody(session, vault, district.areas[area], id_number=number, phone=phone)
            for area, number, phone in (
                ("T1V1", ID_NUMBER, PHONE),
                ("T1V1", "430521195203121236", ""),
                ("T2V1", "430521195303121234", ""),
            )
        ]


def stages(sessions: Sessions) -> list[Stage]:
    """Where the applications stand, in the order in which they were made."""
    with transaction(sessions) as session:
        return list(session.scalars(select(Application.stage).order_by(Application.id)))


def test_several_are_moved_at_once(
    jiangfu: Jiangfu, sessions: Sessions, vault: Vault, refs: list[str], officer: int
) -> None:
    """Each is printed with where it was and is; who did it, when and why is kept."""
    done = jiangfu("advance", *refs[:2], "--to", "rejected", "--reason", "现有一儿一女")
    assert (done.status, done.err) == (0, "")
    assert done.out == "".join(f"{ref}: declared -> rejected\n" for ref in refs[:2])
    assert stages(sessions) == [Stage.REJECTED, Stage.REJECTED, Stage.DECLARED]
    with transaction(sessions) as session:
        changes = session.scalars(select(StageChange)).all()
    assert [(c.from_stage, c.to_stage, c.staff_id) for c in changes] == [(Stage.DECLARED, Stage.REJECTED, officer)] * 2
    assert {vault.open(StageChange.reason, c.reason) for c in changes if c.reason} == {"现有一儿一女"}
    assert all(abs((c.changed_at - MID_MAY).total_seconds()) < 600 for c in changes)  # by the scheme's clock


def test_the_good_ones_are_moved_and_the_others_named(
    jiangfu: Jiangfu, sessions: Sessions, refs: list[str], officer: int
) -> None:
    """Exit 1; each refusal is a line that begins with its reference."""
    jiangfu("advance", refs[1], "--to", "village_listed")
    done = jiangfu("advance", "00000000", refs[0], refs[1], "--to", "village_listed")
    assert done.status == 1
    assert done.out == f"{refs[0]}: declared -> village_listed\n"
    unknown, illegal = done.err.splitlines()
    assert unknown.startswith("00000000: ")
    assert illegal.startswith(f"{refs[1]}: from village_listed the procedure leads to village_reviewed, ")
    assert stages(sessions)[:2] == [Stage.VILLAGE_LISTED] * 2


@pytest.mark.parametrize(
    ("named", "to", "place", "refusal"),
    [
        (CADRE_PHONE, "village_listed", 0, ""),
        (CADRE_PHONE, "village_listed", 2, "not in your area"),
        (CADRE_PHONE, "rejected", 0, "a cadre may not decide rejected"),
        (TOWNSHIP_PHONE, "village_listed", 1, ""),
        (TOWNSHIP_PHONE, "village_listed", 2, "not in your area"),
        (INSPECTOR_PHONE, "village_listed", 0, "may not decide"),
        (OFFICER_PHONE, "confirmed", 0, "the procedure leads to"),
        (OFFICER_PHONE, "rejected", 0, "--reason"),
        (LEFT_PHONE, "village_listed", 0, "Nobody in office"),
        ("13999999999", "village_listed", 0, "Nobody in office"),
    ],
)
def test_who_may_do_what(
    jiangfu: Jiangfu,
    sessions: Sessions,
    refs: list[str],
    monkeypatch: pytest.MonkeyPatch,
    named: str,
    to: str,
    place: int,
    refusal: str,
) -> None:
    """Role, area, step and reason are checked; what is refused changes nothing."""
    monkeypatch.setenv("JIANGFU_PIN", "2468")
    done = jiangfu("advance", refs[place], "--to", to, "--as", named)
    assert (done.status, refusal in done.err) == (1 if refusal else 0, True)
    assert (stages(sessions)[place] is Stage.DECLARED) == bool(refusal)


def test_a_wrong_pin_does_nothing_and_five_lock(
    jiangfu: Jiangfu, sessions: Sessions, refs: list[str], officer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first use has set it; after five wrong ones the right one is refused until `staff pin` sets a new one."""
    advance = ("advance", refs[0], "--to")
    assert jiangfu(*advance, "village_listed").status == 0
    monkeypatch.setenv("JIANGFU_PIN", "1357")
    for _ in range(5):
        done = jiangfu(*advance, "village_reviewed")
        assert (done.status, done.err) == (1, "jiangfu: The PIN is wrong.\n")
    monkeypatch.setenv("JIANGFU_PIN", "2468")
    locked = jiangfu(*advance, "village_reviewed")
    assert locked.status == 1
    assert "staff pin" in locked.err
    assert stages(sessions)[0] is Stage.VILLAGE_LISTED
    assert jiangfu("staff", "pin", str(officer)).status == 0
    assert jiangfu(*advance, "village_reviewed").status == 0


def test_a_pin_that_is_too_short(jiangfu: Jiangfu, refs: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the first use nor `staff pin` takes it."""
    monkeypatch.setenv("JIANGFU_PIN", "1")
    for words in (("advance", refs[0], "--to", "ceased", "--as", OFFICER_PHONE), ("staff", "pin", OFFICER_PHONE)):
        done = jiangfu(*words)
        assert done.status == 1
        assert "at least 4 characters" in done.err


def test_people_are_found_without_their_names(jiangfu: Jiangfu, refs: list[str], officer: int) -> None:
    """By reference, ID number or phone; the line holds reference, year, stage and village, and no personal data."""
    line = f"{refs[0]}\t2026\tdeclared\tT1V1\n"
    for key in (refs[0], ID_NUMBER, ID_NUMBER.lower(), PHONE, "138 0013 8000"):
        assert jiangfu("applicants", "find", key).out == line
    done = jiangfu("applicants", "find", NAME)
    assert (done.status, done.out) == (1, "")
    assert NAME not in done.err
    trail = jiangfu("audit", "list").out.splitlines()
    assert [line.split("\t")[2:] for line in trail] == [[str(officer), "find", refs[0]]] * 5


def test_staff_are_listed(jiangfu: Jiangfu, district: District, officer: int) -> None:
    """Whoever is in office, with number, role, area, name, and whether the PIN is set; nobody's phone."""
    jiangfu("staff", "pin", OFFICER_PHONE)
    done = jiangfu("staff", "list")
    rows = [line.split("\t") for line in done.out.splitlines()]
    assert len(rows) == len(district.staff)
    assert [str(officer), "officer", "D", "周建明", "PIN set"] in rows
    assert [str(district.staff[Role.CADRE, "T1V1"]), "cadre", "T1V1", "周建明", "no PIN yet"] in rows
    assert OFFICER_PHONE[3:] not in done.out


def test_a_rotation_loses_nothing(
    jiangfu: Jiangfu, refs: list[str], monkeypatch: pytest.MonkeyPatch, officer: int
) -> None:
    """After `keys rotate` the phone still gets its status, and officers still find and move people."""
    monkeypatch.setattr("core.confidentiality.rotation.SETTLE", 0.0)
    before = jiangfu("chat", "--phone", PHONE, stdin="2\n")
    done = jiangfu("keys", "rotate")
    assert (done.status, done.err) == (0, "")
    assert int(done.out.split(" ", 1)[0]) > 10
    after = jiangfu("chat", "--phone", PHONE, stdin="2\n")
    assert after.out.splitlines()[-1] == before.out.splitlines()[-1]
    assert "村里张榜" in after.out or "申报" in after.out
    assert jiangfu("applicants", "find", PHONE).out.startswith(refs[0])
    assert jiangfu("advance", refs[0], "--to", "village_listed").status == 0
