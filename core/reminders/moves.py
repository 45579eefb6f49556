"""Which change of a window brought the days that hold now, so that whoever was told of other days hears of it once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.window import WindowChange
from core.policy import calendar


def changes_of(session: Session, year: int) -> Mapping[str, Sequence[WindowChange]]:
    """The changes of the windows of `year`, by window, the oldest first."""
    changes: dict[str, list[WindowChange]] = {}
    for change in session.scalars(select(WindowChange).where(WindowChange.year == year).order_by(WindowChange.id)):
        changes.setdefault(change.window, []).append(change)
    return changes


def last_move(changes: Sequence[WindowChange], parents: Mapping[int, int | None], area_id: int) -> WindowChange | None:
    """The one of `changes` (all of one window and year) which brought the days that hold in the area; None where they
    are the calendar's still. A change that set the days again to what they were moved nothing."""
    change = _deciding(changes, parents, area_id)
    while change is not None:
        others = [other for other in changes if other is not change]
        before = _deciding(others, parents, area_id)
        if _days(change) != (_days(before) if before else calendar.days_of(change.window, change.year)):
            return change
        change, changes = before, others
    return None


def _deciding(changes: Sequence[WindowChange], parents: Mapping[int, int | None], area_id: int) -> WindowChange | None:
    for area in _upwards(parents, area_id):
        here = [change for change in changes if change.area_id == area]
        if here:
            return here[-1]
    return None


def _upwards(parents: Mapping[int, int | None], area_id: int) -> Iterator[int]:
    current: int | None = area_id
    while current is not None:
        yield current
        current = parents.get(current)


def _days(change: WindowChange) -> tuple[date, date]:
    return change.opens, change.closes
