"""When each reminder is due: the moment of every rule, both sides of it, and what a moved window takes along."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.area import Area
from core.reminders.due import Reminder, newest_change, reminders
from core.reminders.rules import rules
from tests.core.reminders.people import People, at, move
from tests.engines import on_sqlite

pytestmark = on_sqlite

MOMENT = timedelta(microseconds=1)
SPRING = at(2026, 2, 1)


def found(sessions: Sessions, now: datetime = SPRING, village: str = "T1V1") -> dict[tuple[str, str, int], Reminder]:
    """All reminders of one village by rule, window and year."""
    with transaction(sessions) as session:
        village_id = session.scalars(select(Area.id).where(Area.code == village)).one()
        here = [one for one in reminders(session, rules(), now) if village_id in one.villages]
    by_name = {(one.rule.name, one.window, one.year): one for one in here}
    assert len(by_name) == len(here)
    return by_name


@pytest.fixture(autouse=True)
def people(sessions: Sessions, vault: Vault) -> None:
    """Three villages, nobody in them."""
    with transaction(sessions) as session:
        People(session, vault)


@pytest.mark.parametrize(
    ("rule", "window", "due", "until"),
    [
        ("list_opens", "village", at(2026, 3, 12, 8, 30), at(2026, 3, 22, 0)),
        ("list_closes", "village", at(2026, 3, 20, 9), at(2026, 3, 22, 0)),
        ("list_opens", "township", at(2026, 4, 6, 8, 30), at(2026, 4, 16, 0)),
        ("list_closes", "township", at(2026, 4, 14, 9), at(2026, 4, 16, 0)),
        ("list_opens", "district", at(2026, 5, 8, 8, 30), at(2026, 5, 19, 0)),
        ("list_closes", "district", at(2026, 5, 17, 9), at(2026, 5, 19, 0)),
        ("form_days", "forms", at(2026, 3, 25, 9), at(2026, 3, 28, 0)),
        ("papers_due", "papers", at(2026, 3, 30, 9), at(2026, 4, 1, 0)),
        ("passbook_day", "payout", at(2026, 7, 27, 9), at(2026, 7, 31, 0)),
        ("yearly_check", "yearly_check", at(2026, 3, 12, 9, 30), at(2026, 4, 1, 0)),
    ],
)
def test_the_moments_of_the_year(sessions: Sessions, rule: str, window: str, due: datetime, until: datetime) -> None:
    """By the seed's dates: due from that minute on, and no more once the last day is over."""
    reminder = found(sessions)[rule, window, 2026]
    assert (reminder.due_at, reminder.expires_at) == (due, until)
    assert [reminder.is_due(now) for now in (due - MOMENT, due, until - MOMENT, until)] == [False, True, True, False]


def test_every_village_is_reminded(sessions: Sessions) -> None:
    """Each of the three, and no township; last year and next year too."""
    with transaction(sessions) as session:
        villages = tuple(
            session.scalars(select(Area.id).where(Area.code.in_(["T1V1", "T1V2", "T2V1"])).order_by(Area.id))
        )
        everywhere = list(reminders(session, rules(), SPRING))
    assert {one.villages for one in everywhere} == {villages}
    assert {one.year for one in everywhere} == {2025, 2026, 2027}
    assert len({(one.rule.text, one.window, one.year) for one in everywhere}) == len(everywhere)


def test_what_moves_takes_its_reminders_along(sessions: Sessions) -> None:
    """A township's window moves those of its own villages alone."""
    with transaction(sessions) as session:
        move(session, "township", "T1", date(2026, 4, 8), date(2026, 4, 17), SPRING)
    moved, usual = (at(2026, 4, 8, 8, 30), at(2026, 4, 18, 0)), (at(2026, 4, 6, 8, 30), at(2026, 4, 16, 0))
    for village, moment in (("T1V1", moved), ("T1V2", moved), ("T2V1", usual)):
        reminder = found(sessions, village=village)["list_opens", "township", 2026]
        assert (reminder.due_at, reminder.expires_at) == moment


def test_a_window_of_one_day_has_no_eve(sessions: Sessions) -> None:
    """Its opening is told; that it closes tomorrow would be false."""
    with transaction(sessions) as session:
        move(session, "village", "T1V1", date(2026, 3, 12), date(2026, 3, 12))
    names = {name for name, window, year in found(sessions) if (window, year) == ("village", 2026)}
    assert names == {"list_opens", "window_moved"}


def test_a_move_is_due_from_when_it_was_made(sessions: Sessions) -> None:
    """Until the last of the new days is over; its event names them."""
    with transaction(sessions) as session:
        change = move(session, "payout", "D", date(2026, 8, 3), date(2026, 8, 4), at(2026, 7, 28, 16))
    moved = found(sessions)["window_moved", "payout", 2026]
    assert (moved.due_at, moved.expires_at) == (at(2026, 7, 28, 16), at(2026, 8, 5, 0))
    assert str(moved.event(17)) == f"payout:2026:17:0803-0804:{change}"
    assert ("window_moved", "payout", 2027) not in found(sessions)


def test_any_change_is_seen(sessions: Sessions) -> None:
    """Before anything is written, and whatever window it moves."""
    with transaction(sessions) as session:
        before = newest_change(session)
        move(session, "village", "T1V2", date(2026, 3, 14), date(2026, 3, 23))
        assert newest_change(session) != before
