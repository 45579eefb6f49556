"""Moving a window in an area and all below it: what speaks against it is said; what was planned by it is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.delivery.outbox import OutboxRow, State
from core.domain.area import Area, Level
from core.domain.published_list import PublishedList
from core.domain.staff import Role
from core.domain.window import WindowChange
from core.errors import NotAllowed, NotFound
from core.policy import calendar
from core.services.acting import Actor
from core.services.areas import ids_within, lies_within
from core.services.year_calendar import Window, YearCalendar, for_all_areas

_HEIGHT = {Level.DISTRICT: 2, Level.TOWNSHIP: 1, Level.OFFICE: 1, Level.VILLAGE: 0}
_EVENTS_AT_ONCE = 500


def event_of(window: str, year: int, village_id: int) -> str:
    """The event under which reminders of a window are planned for the people of a village."""
    return f"{window}:{year}:{village_id}"


def move_window(
    session: Session, year: int, window: str, area: Area, opens: date, closes: date, actor: Actor | None, now: datetime
) -> Window:
    """Let `window` of `year` last from `opens` to `closes`, both included, in `area` and in all below it that has no
    days of its own. Reminders that are planned by the old days and not yet touched are taken back, to be planned anew.

    Raises NotFound for a window that the calendar lacks. Raises NotAllowed, with the reason, for days in the wrong
    order or of another year, a year that is over, an area too small for the window, somebody who does not decide it,
    postings that would overlap or change places anywhere below, and a list that is frozen opening in the future.
    """
    _check_days(year, window, opens, closes, now.date())
    _check_who_and_where(session, window, area, actor)
    # Whoever moves a window above or below waits; so does whoever freezes a list.
    below = select(Area).where(Area.id.in_(ids_within(area.id))).order_by(Area.id)
    affected = session.scalars(below.with_for_update(key_share=True)).all()
    before = for_all_areas(session, year)
    after = before.with_change(window, area.id, opens, closes)
    if window in calendar.LEVELS:
        _check_order(after, affected)
        _check_frozen(session, window, before, after, affected, now.date())
    session.add(
        WindowChange(
            year=year,
            window=window,
            area_id=area.id,
            opens=opens,
            closes=closes,
            staff_id=actor.staff_id if actor else None,
            changed_at=now,
        )
    )
    differs = (place.id for place in affected if before.window(window, place.id) != after.window(window, place.id))
    _take_back_reminders(session, [event_of(window, year, area_id) for area_id in differs])
    return after.window(window, area.id)


def _check_days(year: int, window: str, opens: date, closes: date, today: date) -> None:
    if window not in calendar.window_names():
        raise NotFound(f"{window} is no window of the year; there are: {', '.join(calendar.window_names())}.")
    if closes < opens:
        raise NotAllowed(f"It would close on {closes}, before it opens on {opens}: give the opening day first.")
    if {opens.year, closes.year} != {year}:
        raise NotAllowed(f"{opens} to {closes} does not lie in {year}: name the year that these days are of.")
    if year < today.year:
        raise NotAllowed(f"{year} is over: its windows stay as they were.")


def _check_who_and_where(session: Session, window: str, area: Area, actor: Actor | None) -> None:
    level = Level(calendar.level_of(window))
    if _HEIGHT[area.level] < _HEIGHT[level]:
        raise NotAllowed(
            f"{window} has the same days in a whole {level}: name the {level} of {area.code}, or above it."
        )
    if actor is None:
        return
    if actor.role not in {Role.OFFICER, Role.ADMIN}:
        raise NotAllowed(f"A {actor.role} may not move a window.")
    if not lies_within(session, area.id, actor.area_id):
        raise NotAllowed(f"{area.code} is not in your area.")
    own_level = session.scalars(select(Area.level).where(Area.id == actor.area_id)).one()
    if own_level is not Level.DISTRICT and _HEIGHT[own_level] <= _HEIGHT[level]:
        raise NotAllowed(f"{window} is moved by an officer of the level above, or of the district.")


def _check_order(after: YearCalendar, affected: Sequence[Area]) -> None:
    villages = [area for area in affected if area.level is Level.VILLAGE]
    for area in villages or affected:
        for earlier, later in pairwise(after.postings(area.id)):
            if earlier.closes >= later.opens:
                raise NotAllowed(
                    f"In {area.code} the {earlier.window} list would hang until {earlier.closes} and the "
                    f"{later.window} list from {later.opens}: each closes before the next opens."
                )


def _check_frozen(
    session: Session, window: str, before: YearCalendar, after: YearCalendar, affected: Sequence[Area], today: date
) -> None:
    codes = {area.id: area.code for area in affected}
    frozen = select(PublishedList.area_id).where(PublishedList.year == after.year, PublishedList.level == window)
    for area_id in session.scalars(frozen.where(PublishedList.area_id.in_(codes)).order_by(PublishedList.area_id)):
        opens = after.window(window, area_id).opens
        if opens > today and opens != before.window(window, area_id).opens:
            raise NotAllowed(
                f"The {window} list of {codes[area_id]} hangs already, so it cannot open on {opens}; "
                "its closing day may be moved."
            )


def _take_back_reminders(session: Session, events: Sequence[str]) -> None:
    untouched = OutboxRow.state == State.QUEUED, OutboxRow.attempts == 0
    for start in range(0, len(events), _EVENTS_AT_ONCE):
        some = events[start : start + _EVENTS_AT_ONCE]
        session.execute(delete(OutboxRow).where(OutboxRow.event.in_(some), *untouched))
