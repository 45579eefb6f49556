"""core/services/windows: which days hold in which village, what is open there and what comes next."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from core.db import transaction
from core.domain.area import Area, Level
from core.domain.staff import Role
from core.domain.stage import Stage
from core.domain.window import WindowChange
from core.errors import NotFound
from core.policy import calendar
from core.services.acting import Actor
from core.services.windows import coming, move_window, next_posting, open_posting, postings, window_of
from tests.core.services.moving import FEBRUARY, Office, days
from tests.engines import on_sqlite


def test_without_a_change_the_calendar_holds(office: Office) -> None:
    """In every area, for every window."""
    for window in calendar.window_names():
        assert {office.days(window, code) for code in office.areas} == {calendar.days_of(window, 2026)}


def test_the_nearest_area_and_the_latest_change_hold(office: Office) -> None:
    """A village's own days before its township's, those before the district's; of one area the last that were set."""
    office.move("village", "D", "03-05 03-14")
    office.move("village", "T1V1", "03-01 03-10")
    office.move("village", "T1V1", "03-02 03-11")
    office.move("village", "T1", "03-03 03-12")
    assert {code: office.days("village", code) for code in ("T1V1", "T1V2", "T2V1")} == {
        "T1V1": days("03-02 03-11"),
        "T1V2": days("03-03 03-12"),
        "T2V1": days("03-05 03-14"),
    }
    with transaction(office.sessions) as session:
        assert window_of(session, 2027, "village", office.areas["T1V1"]).opens == date(2027, 3, 12)


def test_every_change_is_kept(office: Office) -> None:
    """With who set it and when; the calendar for all is asked for nobody."""
    who = Actor(office.staff[Role.OFFICER, "D"], Role.OFFICER, office.areas["D"])
    office.move("forms", "T1", "03-24 03-25", who)
    office.move("forms", "T1", "03-25 03-25")
    with transaction(office.sessions) as session:
        changes = session.scalars(select(WindowChange).order_by(WindowChange.id)).all()
    assert [(c.staff_id, c.changed_at, (c.opens, c.closes)) for c in changes] == [
        (who.staff_id, FEBRUARY, days("03-24 03-25")),
        (None, FEBRUARY, days("03-25 03-25")),
    ]


DAYS_OF_THE_YEAR = [
    ("01-01", None, "village 2026"),
    ("03-11", None, "village 2026"),
    ("03-12", "village", "township 2026"),
    ("03-21", "village", "township 2026"),
    ("03-22", None, "township 2026"),
    ("04-06", "township", "district 2026"),
    ("05-18", "district", "village 2027"),
    ("05-19", None, "village 2027"),
    ("12-31", None, "village 2027"),
]


@pytest.mark.parametrize(("today", "opened", "then"), DAYS_OF_THE_YEAR, ids=[row[0] for row in DAYS_OF_THE_YEAR])
def test_what_is_open_and_what_is_next(office: Office, today: str, opened: str | None, then: str) -> None:
    """Both ends of a window are days of it; after the last of the year comes the next year's first."""
    now = date.fromisoformat(f"2026-{today}")
    with transaction(office.sessions) as session:
        posting = open_posting(session, office.areas["T1V1"], now)
        following = next_posting(session, office.areas["T1V1"], now)
    assert (posting.window if posting else None) == opened
    assert f"{following.window} {following.year}" == then


@on_sqlite
def test_the_postings_of_a_village_follow_its_township_and_district(office: Office) -> None:
    """Each level's own days, and how many of them are left, the day itself counted."""
    office.move("township", "T1", "04-08 04-17")
    with transaction(office.sessions) as session:
        village, township, whole = postings(session, office.areas["T1V1"], date(2026, 4, 9))
    assert [village.opens, township.opens, whole.opens] == [date(2026, 3, 12), date(2026, 4, 8), date(2026, 5, 8)]
    assert township.is_open(date(2026, 4, 17))
    assert not township.is_open(date(2026, 4, 18))
    assert (township.days_left(date(2026, 4, 8)), township.days_left(date(2026, 4, 17))) == (10, 1)


@on_sqlite
def test_what_comes_after_a_stage_moves_with_its_windows(office: Office) -> None:
    """The village's review lasts from the first form day to the last day for papers, as they were moved here."""
    office.move("papers", "T1", "03-30 04-02")
    with transaction(office.sessions) as session:
        here = coming(session, Stage.VILLAGE_LISTED, 2026, office.areas["T1V1"])
        there = coming(session, Stage.VILLAGE_LISTED, 2026, office.areas["T2V1"])
        ended = coming(session, Stage.CEASED, 2026, office.areas["T2V1"])
    assert here is not None
    assert there is not None
    assert (here.event, here.opens, here.closes) == ("village_review", *days("03-26 04-02"))
    assert (there.opens, there.closes) == days("03-26 03-31")
    assert ended is None


@on_sqlite
def test_an_area_that_is_not_there(office: Office) -> None:
    """Nothing is said of it."""
    with transaction(office.sessions) as session, pytest.raises(NotFound):
        window_of(session, 2026, "village", 10_000)


@on_sqlite
def test_an_office_has_a_townships_days(office: Office) -> None:
    """A sub-district office stands beside the townships."""
    with transaction(office.sessions) as session:
        area = Area(code="O", name="名O", level=Level.OFFICE, parent_id=office.areas["D"])
        session.add(area)
        session.flush()
        move_window(session, 2026, "township", area, *days("04-07 04-16"), None, FEBRUARY)
        assert window_of(session, 2026, "township", area.id).opens == date(2026, 4, 7)
