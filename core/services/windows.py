"""When each list hangs and what else has its days, in one village or office; moving them is in `window_moves`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.area import Area
from core.domain.window import WindowChange
from core.policy import calendar
from core.policy.calendar import Coming
from core.services.window_moves import move_window
from core.services.year_calendar import Window, for_all_areas, for_area

__all__ = [
    "Change",
    "Window",
    "changes",
    "coming",
    "for_all_areas",
    "for_area",
    "move_window",
    "next_posting",
    "open_posting",
    "postings",
    "window_of",
]


@dataclass(frozen=True)
class Change:
    """A window that was set in an area (by its code), by whom (a staff number; None: nobody in particular) and when."""

    window: str
    area: str
    opens: date
    closes: date
    staff_id: int | None
    changed_at: datetime


def changes(session: Session, year: int) -> list[Change]:
    """What was set of the windows of `year`, the oldest first: of an area and window the last of it holds."""
    rows = session.execute(
        select(
            WindowChange.window,
            Area.code,
            WindowChange.opens,
            WindowChange.closes,
            WindowChange.staff_id,
            WindowChange.changed_at,
        )
        .join(Area, Area.id == WindowChange.area_id)
        .where(WindowChange.year == year)
        .order_by(WindowChange.id)
    )
    return [Change(*row) for row in rows]


def window_of(session: Session, year: int, window: str, area_id: int) -> Window:
    """A window of `year` as it stands in that area. Raises NotFound for a window or an area that there is not."""
    return for_area(session, year, area_id).window(window, area_id)


def postings(session: Session, area_id: int, today: date) -> tuple[Window, ...]:
    """The three postings of this year for a village, in order."""
    return for_area(session, today.year, area_id).postings(area_id)


def open_posting(session: Session, area_id: int, today: date) -> Window | None:
    """The posting that is open for a village today; None outside of all."""
    return next((posting for posting in postings(session, area_id, today) if posting.is_open(today)), None)


def next_posting(session: Session, area_id: int, today: date) -> Window:
    """The posting that opens next for a village, after today: this year's, or next year's first."""
    coming_ones = (posting for posting in postings(session, area_id, today) if posting.opens > today)
    return next(coming_ones, None) or window_of(session, today.year + 1, calendar.LEVELS[0], area_id)


def coming(session: Session, stage: str, year: int, area_id: int) -> Coming | None:
    """What comes after `stage` in the procedure of `year`, by the days as they stand in that area; None where nothing
    does."""
    usual = calendar.coming_after(stage, year)
    if usual is None:
        return None
    here = for_area(session, year, area_id)
    opens = here.window(usual.opens_with, area_id).opens
    closes = here.window(usual.closes_with, area_id).closes
    return Coming(usual.event, opens, closes, usual.opens_with, usual.closes_with)
