"""`jiangfu windows`: the year's days are shown as they stand, and moved by whoever may."""

from __future__ import annotations

import pytest

from core.audit import entries
from core.db import Sessions, transaction
from core.policy.calendar import days_of, window_names
from tests.desk.conftest import Jiangfu
from tests.districts import CADRE_PHONE, OFFICER_PHONE, TOWNSHIP_PHONE, District
from tests.engines import on_sqlite

MOVE = ("windows", "--set", "payout", "D", "2026-07-27", "2026-07-28")


@on_sqlite
def test_the_calendar_of_this_year(jiangfu: Jiangfu, district: District) -> None:
    """Each window with both days, in the district; the one that is open is marked."""
    done = jiangfu("windows")
    assert (done.status, done.err) == (0, "")
    rows = [line.split("\t") for line in done.out.splitlines()]
    assert [row[0] for row in rows] == list(window_names())
    assert [tuple(row[1:3]) for row in rows] == [tuple(map(str, days_of(row[0], 2026))) for row in rows]
    assert [row[0] for row in rows if row[3:] == ["open"]] == ["district"]
    assert "2027-03-12" in jiangfu("windows", "2027").out


@on_sqlite
def test_a_window_is_moved(jiangfu: Jiangfu, sessions: Sessions, officer: int, district: District) -> None:
    """In one area; there it holds, and in the calendar it is shown with who moved it and when, and is in the trail."""
    done = jiangfu("windows", "2026", "--set", "forms", "T1", "2026-05-20", "2026-05-21")
    assert (done.status, done.err, done.out) == (0, "", "forms\tT1\t2026-05-20\t2026-05-21\n")
    moved = f"moved: forms\tT1\t2026-05-20\t2026-05-21\tby {officer}, 2026-05-12\n"
    assert jiangfu("windows").out.endswith(moved)
    assert "forms\t2026-03-26\t2026-03-27\n" in jiangfu("windows").out
    assert "forms\t2026-05-20\t2026-05-21\n" in jiangfu("windows", "--area", "T1V1").out
    assert "forms\t2026-03-26\t2026-03-27\n" in jiangfu("windows", "--area", "T2V1").out
    with transaction(sessions) as session:
        [entry] = entries(session, "forms T1", 9)
    assert (entry.actor_id, entry.action) == (officer, "window")


@on_sqlite
@pytest.mark.parametrize(
    ("words", "named", "status", "refusal"),
    [
        (("village", "T1V1", "2026-05-20", "2026-05-12"), OFFICER_PHONE, 1, "before it opens"),
        (("village", "T9", "2026-03-12", "2026-03-21"), OFFICER_PHONE, 1, "T9 is no area's code"),
        (("harvest", "D", "2026-03-12", "2026-03-21"), OFFICER_PHONE, 1, "harvest is no window of the year"),
        (("district", "D", "2026-05-09", "2026-05-19"), TOWNSHIP_PHONE, 1, "D is not in your area"),
        (("village", "T1V1", "2026-03-12", "2026-03-21"), CADRE_PHONE, 1, "a cadre may not move a window".capitalize()),
        (("village", "D", "12 March", "2026-03-21"), OFFICER_PHONE, 2, "12 March"),
        (("village", "D", "2026-03-12"), OFFICER_PHONE, 2, "requires 4 arguments"),
    ],
)
def test_what_is_refused(
    jiangfu: Jiangfu, district: District, monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...], named: str, status: int, refusal: str,
) -> None:  # fmt: skip
    """One line that says why; the calendar stays as it was."""
    monkeypatch.setenv("JIANGFU_PIN", "2468")
    done = jiangfu("windows", "--as", named, "--set", *words)
    assert (done.status, done.out) == (status, "")
    assert refusal in done.err
    assert "moved" not in jiangfu("windows").out


@on_sqlite
def test_moving_needs_somebody(jiangfu: Jiangfu, district: District) -> None:
    """Wrong usage, and it says what is missing."""
    done = jiangfu(*MOVE)
    assert (done.status, done.out) == (2, "")
    assert "--as STAFF" in done.err


def test_before_the_areas_are_imported(jiangfu: Jiangfu) -> None:
    """One line says what comes first."""
    jiangfu("init")
    done = jiangfu("windows")
    assert (done.status, done.out) == (1, "")
    assert "jiangfu import areas" in done.err
