"""The planner over time: an outage, a clock that jumps, two at once, a window that moves, what came too late."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import OutboxRow
from core.domain.area import Area
from core.domain.stage import Stage
from core.reminders import planner as planner_module
from core.reminders.due import Reminder
from core.reminders.planner import Planner
from core.services.windows import move_window
from tests.core.reminders.people import People, at, move, rows, settle_all

DAY = timedelta(days=1)
MARCH = [at(2026, 3, day, 10) for day in (11, 12, 13, 19, 20, 25, 26, 27, 30)]


@pytest.fixture
def village(sessions: Sessions, vault: Vault) -> People:
    """A village of three: a neighbour, an applicant on the list, a recipient of an earlier year."""
    with transaction(sessions) as session:
        people = People(session, vault)
        people.add("neighbour")
        people.add("listed", Stage.VILLAGE_LISTED)
        people.add("earlier", Stage.CONFIRMED, year=2024)
    return people


def planned(sessions: Sessions) -> list[tuple[str, int]]:
    """The texts that were planned, with how many rows each has, in the order of the year."""
    texts = [row.text_key.removeprefix("remind.") for row in rows(sessions)]
    return [(text, texts.count(text)) for text in dict.fromkeys(texts)]


SPRING = [("list_opens", 3), ("yearly_check", 1), ("list_closes", 3), ("form_days", 1), ("papers_due", 1)]


def test_a_spring(sessions: Sessions, village: People) -> None:
    """Every minute or once a day, each reminder is planned at its time, once a person."""
    planner = Planner(sessions)
    written = [planner.run(now) for now in MARCH for _ in range(2)]
    assert planned(sessions) == SPRING
    assert sum(written) == len(rows(sessions)) == 9
    opening_day = MARCH.index(at(2026, 3, 12))
    assert written[: 2 * opening_day + 2] == [0] * 2 * opening_day + [4, 0]


def test_after_an_outage_of_a_week(sessions: Sessions, village: People) -> None:
    """What still makes sense is planned late, once; what does not is left out with a note."""
    down = {at(2026, 3, day) for day in range(19, 27)}
    planner = Planner(sessions)
    with capture_logs() as logged:
        for now in MARCH:
            if now not in down:
                planner.run(now)
    assert planned(sessions) == [("list_opens", 3), ("yearly_check", 1), ("form_days", 1), ("papers_due", 1)]
    dropped = [entry for entry in logged if entry["event"] == "reminder_dropped"]
    assert [(one["rule"], one["about"], one["persons"], one["reason"]) for one in dropped] == [
        ("list_closes", "village:2026", 3, "expired")
    ]


def test_nothing_is_noted_of_what_is_long_over(sessions: Sessions, village: People) -> None:
    """A line that is first started in December does not mourn the spring; nor does one with nobody to remind."""
    with capture_logs() as logged:
        assert Planner(sessions).run(at(2026, 12, 1)) == 0
    assert logged == []


def test_a_clock_that_jumps_ahead_and_back(sessions: Sessions, village: People) -> None:
    """What was planned too early is not planned again when its time comes."""
    planner = Planner(sessions)
    planner.run(at(2026, 3, 11))
    assert planned(sessions) == []
    planner.run(at(2026, 3, 12))
    assert planned(sessions) == [("list_opens", 3), ("yearly_check", 1)]
    for now in (at(2026, 3, 11), at(2026, 3, 12), at(2026, 3, 13)):
        assert planner.run(now) == 0
        assert Planner(sessions).run(now) == 0


def test_two_planners_on_two_machines(sessions: Sessions, village: People) -> None:
    """Over the same records at the same moment: each message once."""
    planners = [Planner(sessions) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        for now in MARCH:
            list(pool.map(lambda planner, now=now: planner.run(now), planners))
    assert planned(sessions) == SPRING


def test_a_window_that_moves_takes_its_reminder_along(sessions: Sessions, village: People) -> None:
    """What waits unsent is taken back and comes at the new time; what was sent is followed by the new days."""
    planner = Planner(sessions)
    planner.run(opening := at(2026, 3, 12, 9, 30))
    with transaction(sessions) as session:
        area = session.scalars(select(Area).where(Area.code == "T1V1")).one()
        move_window(session, 2026, "village", area, date(2026, 3, 16), date(2026, 3, 24), None, opening)
    assert planned(sessions) == [("yearly_check", 1)]
    planner.run(at(2026, 3, 15))
    assert planned(sessions) == [("yearly_check", 1)]
    planner.run(at(2026, 3, 16, 8, 30))
    assert planned(sessions) == [("yearly_check", 1), ("list_opens", 3)]
    settle_all(sessions, at(2026, 3, 16, 9))
    with transaction(sessions) as session:
        area = session.scalars(select(Area).where(Area.code == "T1V1")).one()
        move_window(session, 2026, "village", area, date(2026, 3, 16), date(2026, 3, 26), None, at(2026, 3, 20))
    for now in (at(2026, 3, 20), at(2026, 3, 21), at(2026, 3, 25)):
        planner.run(now)
    assert [entry for entry in planned(sessions) if entry[0] in {"list_opens", "window_moved", "list_closes"}] == [
        ("list_opens", 3), ("window_moved", 3), ("list_closes", 3),
    ]  # fmt: skip
    assert {row.expires_at for row in rows(sessions, "remind.list_closes")} == {at(2026, 3, 27, 0)}


def test_a_window_that_moves_while_others_are_planned(
    sessions: Sessions, village: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found due by the old days is not written; the next run finds what is due by the new ones."""
    found = planner_module.reminders

    def and_then_moved(session: Session, *args: object) -> list[Reminder]:
        due = list(found(session, *args))
        move(session, "village", "T1V1", date(2026, 3, 16), date(2026, 3, 24), at(2026, 3, 12))
        return due

    planner = Planner(sessions)
    with monkeypatch.context() as patch:
        patch.setattr(planner_module, "reminders", and_then_moved)
        assert planner.run(at(2026, 3, 12)) == 0
    planner.run(at(2026, 3, 12))
    assert planned(sessions) == [("yearly_check", 1)]
    planner.run(at(2026, 3, 16))
    assert planned(sessions) == [("yearly_check", 1), ("list_opens", 3)]


def test_many_are_planned_some_at_a_time(sessions: Sessions, village: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the lots begin and end, nobody is left out and nobody hears twice."""
    for size in (1, 2, 3, 4):
        monkeypatch.setattr(planner_module, "AT_ONCE", {"sqlite": size, "postgresql": size})
        assert Planner(sessions).run(at(2026, 3, 12)) == 4
        with transaction(sessions) as session:
            session.execute(delete(OutboxRow))
