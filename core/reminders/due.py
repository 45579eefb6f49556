"""What is due: each rule's moment in each village, computed from the windows as they stand now, moved or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.domain.area import Area, Level
from core.domain.window import WindowChange
from core.reminders.event import Event, move_of
from core.reminders.moves import changes_of, last_move
from core.reminders.rules import Anchor, Rule
from core.services.windows import Window, for_all_areas
from core.services.year_calendar import YearCalendar

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Reminder:
    """A rule about a window of a year, in the villages where it has the same moment: from when (scheme clock) it may be
    sent, and until when. `moved` is that of their events."""

    rule: Rule
    window: str
    year: int
    moved: str
    due_at: datetime
    expires_at: datetime
    villages: tuple[int, ...]

    def is_due(self, now: datetime) -> bool:
        """Whether it is to be planned at `now`: not too early, and not too late."""
        return self.due_at <= now < self.expires_at

    def event(self, village_id: int) -> Event:
        """What it is about in one of its villages."""
        return Event(self.window, self.year, village_id, self.moved)


Moment = tuple[str, datetime, datetime]


def reminders(session: Session, rules: Sequence[Rule], now: datetime) -> Iterator[Reminder]:
    """Every reminder of `rules` that hangs on a window of last year, this year or the next, whatever its moment. `now`
    is the scheme's, in its time zone."""
    villages = session.scalars(select(Area.id).where(Area.level == Level.VILLAGE).order_by(Area.id)).all()
    for year in (now.year - 1, now.year, now.year + 1):
        days, changes = for_all_areas(session, year), changes_of(session, year)
        for rule in rules:
            for window in rule.windows:
                where: defaultdict[Moment, list[int]] = defaultdict(list)
                for village in villages:
                    if (moment := _moment(rule, days, changes, window, village, now)) is not None:
                        where[moment].append(village)
                for moment, together in where.items():
                    yield Reminder(rule, window, year, *moment, tuple(together))


def newest_change(session: Session) -> int:
    """The number of the last change of any window: as long as it is the same, the same reminders are due."""
    return session.scalar(select(func.max(WindowChange.id))) or 0


def _moment(
    rule: Rule,
    days: YearCalendar,
    changes: Mapping[str, Sequence[WindowChange]],
    name: str,
    village_id: int,
    now: datetime,
) -> Moment | None:
    window = days.window(name, village_id)
    last_day = window.opens if rule.until == "opens" else window.closes
    expires_at = datetime.combine(last_day + DAY, time(), now.tzinfo)
    if rule.anchor is Anchor.MOVED:
        change = last_move(changes.get(name, ()), days.parents, village_id)
        moved = move_of(window.opens, window.closes, change.id) if change else ""
        return (moved, change.changed_at, expires_at) if change else None
    day = _day(rule, window)
    if day is None or rule.at is None:
        return None
    return "", datetime.combine(day, rule.at, now.tzinfo), expires_at


def _day(rule: Rule, window: Window) -> date | None:
    day = (window.opens if rule.anchor is Anchor.OPENS else window.closes) + rule.days * DAY
    # What is said on the eve of the last day makes no sense for a window of one day.
    return None if rule.anchor is Anchor.CLOSES and day < window.opens else day
