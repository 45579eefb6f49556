"""The days of the year on which residents hear something or have something to do, for the page to jump to."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import Sessions, transaction
from core.domain.area import Area
from core.policy.calendar import LEVELS
from core.reminders.due import reminders
from core.reminders.rules import Anchor, rules
from core.services.year_calendar import for_area

VILLAGE = "QX0101"  # where the first of the demo's residents lives; offices may move the days elsewhere
DAYS_AT_THE_OFFICE = ("forms", "papers", "payout")
FRESH_SECONDS = 15  # for so long an answer stands: a look takes the database's write lock
ON_A_DAY = frozenset({Anchor.OPENS, Anchor.CLOSES})

Day = tuple[date, str]


class ComingDays:
    """Finds the next day on which a reminder goes out, a list has closed, or people are expected at the office."""

    def __init__(self, sessions: Sessions, timezone: ZoneInfo) -> None:
        self._sessions, self._timezone = sessions, timezone
        self._find = lru_cache(maxsize=8)(self._look)

    def __call__(self, after: date) -> Day | None:
        """The first such day after `after` and its name, a phrase of the page (`list_opens_village`); None without
        one."""
        return self._find(after, int(time.monotonic() // FRESH_SECONDS))

    def _look(self, after: date, _while_fresh: int) -> Day | None:
        now = datetime.combine(after, datetime.min.time(), self._timezone)
        with transaction(self._sessions) as session:
            village_id = session.scalars(select(Area.id).where(Area.code == VILLAGE)).one()
            days = [*_reminded(session, village_id, now), *_held(session, village_id, after.year)]
        return min((day for day in days if day[0] > after), default=None)


def _reminded(session: Session, village_id: int, now: datetime) -> Iterator[Day]:
    on_a_day = [rule for rule in rules() if rule.anchor in ON_A_DAY]
    for reminder in reminders(session, on_a_day, now):
        if village_id in reminder.villages:
            yield reminder.due_at.date(), f"{reminder.rule.name}_{reminder.window}"


def _held(session: Session, village_id: int, year: int) -> Iterator[Day]:
    for calendar in (for_area(session, each, village_id) for each in (year, year + 1)):
        for level in LEVELS:
            yield calendar.window(level, village_id).closes + timedelta(days=1), f"closed_{level}"
        for window in DAYS_AT_THE_OFFICE:
            yield calendar.window(window, village_id).opens, f"day_{window}"
