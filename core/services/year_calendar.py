"""A year's windows as the offices have set them: the calendar's days, and over them what was moved, area by area."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from core.domain.area import Area
from core.domain.window import WindowChange
from core.errors import NotFound
from core.policy import calendar


@dataclass(frozen=True)
class Window:
    """The days of one window of a year, both included. `window` is its name in the calendar: `village`, `township`,
    `district` for the postings, `forms`, `papers`, `payout` and so on for the other days."""

    window: str
    year: int
    opens: date
    closes: date

    def is_open(self, today: date) -> bool:
        """Whether `today` is one of its days."""
        return self.opens <= today <= self.closes

    def days_left(self, today: date) -> int:
        """How many of its days are left, `today` counted."""
        return (self.closes - today).days + 1


Days = tuple[date, date]


@dataclass(frozen=True)
class YearCalendar:
    """The windows of `year` for the areas in `parents` (each area's id to its parent's). `moved` holds, by window and
    area, the days that were set there last."""

    year: int
    parents: Mapping[int, int | None]
    moved: Mapping[tuple[str, int], Days]

    def window(self, window: str, area_id: int) -> Window:
        """The window as it stands in that area: the nearest area upwards decides, else the calendar.

        Raises NotFound for a window that the calendar lacks.
        """
        if window not in calendar.window_names():
            raise NotFound(f"{window} is no window of the year; there are: {', '.join(calendar.window_names())}.")
        current: int | None = area_id
        while current is not None:
            if (window, current) in self.moved:
                return Window(window, self.year, *self.moved[window, current])
            current = self.parents.get(current)
        return Window(window, self.year, *calendar.days_of(window, self.year))

    def postings(self, area_id: int) -> tuple[Window, ...]:
        """The three postings as they stand in that area, in order."""
        return tuple(self.window(level, area_id) for level in calendar.LEVELS)

    def with_change(self, window: str, area_id: int, opens: date, closes: date) -> YearCalendar:
        """This calendar as it would be with that window moved in that area."""
        return YearCalendar(self.year, self.parents, {**self.moved, (window, area_id): (opens, closes)})


def for_area(session: Session, year: int, area_id: int) -> YearCalendar:
    """The windows of `year` as they stand in one area, in two statements. Raises NotFound for an unknown area."""
    parent, upmost = aliased(Area), aliased(Area)
    row = session.execute(
        select(Area.id, parent.id, upmost.id)
        .join(parent, parent.id == Area.parent_id, isouter=True)
        .join(upmost, upmost.id == parent.parent_id, isouter=True)
        .where(Area.id == area_id)
    ).first()
    if row is None:
        raise NotFound("There is no such area.")
    path = [found for found in row if found is not None]
    return YearCalendar(year, dict(zip(path, [*path[1:], None], strict=True)), _moved(session, year, path))


def for_all_areas(session: Session, year: int) -> YearCalendar:
    """The windows of `year` as they stand everywhere, in two statements."""
    parents = {row.id: row.parent_id for row in session.execute(select(Area.id, Area.parent_id))}
    return YearCalendar(year, parents, _moved(session, year, None))


def _moved(session: Session, year: int, area_ids: list[int] | None) -> dict[tuple[str, int], Days]:
    changes = (
        select(WindowChange.window, WindowChange.area_id, WindowChange.opens, WindowChange.closes)
        .where(WindowChange.year == year)
        .order_by(WindowChange.id)
    )
    if area_ids is not None:
        changes = changes.where(WindowChange.area_id.in_(area_ids))
    # A later change takes the place of an earlier one.
    return {(row.window, row.area_id): (row.opens, row.closes) for row in session.execute(changes)}
