"""The published lists of the year: frozen and numbered when their window opens, shown while it lasts."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from core.confidentiality.vault import Vault
from core.domain.area import Area, Level
from core.domain.published_list import PublishedList
from core.errors import NotFound
from core.policy.calendar import LEVELS
from core.services import year_calendar
from core.services.list_freezing import freeze_if_open, frozen
from core.services.list_lines import Line, count, line, lines

__all__ = [
    "LEVELS",
    "Line",
    "count",
    "current",
    "frozen",
    "last_list",
    "level_of_list",
    "line",
    "lines",
    "list_area",
    "open_due",
]

# So many at once, so that nobody waits long for a database that has one writer.
MOST_AT_ONCE = 100


def level_of_list(level: Level) -> str:
    """The level of the list that an area of that level posts: a sub-district office's is a township's."""
    return Level.TOWNSHIP if level is Level.OFFICE else level


def list_area(session: Session, level: str, village_id: int) -> int:
    """The area whose list of that level holds the village: itself, its township or office, or the district.

    Raises NotFound where there is none.
    """
    found = _list_areas(session, village_id).get(level)
    if found is None:
        raise NotFound(f"This area has no list of the level {level}.")
    return found


def open_due(session: Session, today: date, now: datetime) -> int:
    """Freeze lists whose window is open today and that are not frozen yet: up to a hundred, so the caller comes again
    while some were due. How many were frozen; the scheduler calls this, twice at once too."""
    year = today.year
    windows = year_calendar.for_all_areas(session, year)
    key = PublishedList.level, PublishedList.area_id
    known = {tuple(row) for row in session.execute(select(*key).where(PublishedList.year == year))}
    areas = session.execute(select(Area.id, Area.level).order_by(Area.id))
    lists = [(level_of_list(level), area_id) for area_id, level in areas]
    due = [
        (level, area_id)
        for level, area_id in lists
        if (level, area_id) not in known and windows.window(level, area_id).is_open(today)
    ]
    done = (freeze_if_open(session, level, area_id, today, now) for level, area_id in due[:MOST_AT_ONCE])
    return sum(published is not None for published in done)


def current(
    session: Session,
    vault: Vault,  # noqa: ARG001 - as all that is asked of a list
    level: str,
    village_id: int,
    today: date,
    now: datetime,
) -> PublishedList | None:
    """The list of that level that hangs today for the village, frozen now if nobody has yet; None outside its
    window. Raises NotFound where the area has no list of that level."""
    area_id = list_area(session, level, village_id)
    if not year_calendar.for_area(session, today.year, area_id).window(level, area_id).is_open(today):
        return None
    return (
        frozen(session, today.year, level, area_id)
        or freeze_if_open(session, level, area_id, today, now)
        or frozen(session, today.year, level, area_id)
    )


def last_list(session: Session, village_id: int, today: date) -> PublishedList | None:
    """This year's list for the village that comes last in the procedure, whether its window is open or over; None
    where none is frozen yet."""
    places = _list_areas(session, village_id)
    found = (frozen(session, today.year, level, places[level]) for level in reversed(LEVELS) if level in places)
    return next(filter(None, found), None)


def _list_areas(session: Session, area_id: int) -> dict[str, int]:
    """By level, the area whose list holds this one."""
    parent, upmost = aliased(Area), aliased(Area)
    row = session.execute(
        select(Area.level, Area.id, parent.level, parent.id, upmost.level, upmost.id)
        .join(parent, parent.id == Area.parent_id, isouter=True)
        .join(upmost, upmost.id == parent.parent_id, isouter=True)
        .where(Area.id == area_id)
    ).first()
    if row is None:
        raise NotFound("There is no such area.")
    pairs = zip(row[::2], row[1::2], strict=True)
    return {level_of_list(level): found for level, found in pairs if level is not None}
