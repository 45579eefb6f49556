"""The planner: it looks what is due and writes it, a short transaction each, and notes what came too late."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter
from sqlalchemy import func, select

from core.db import Sessions, is_sqlite, spare_memory, transaction
from core.domain.person import Person
from core.reminders.due import Reminder, newest_change, reminders
from core.reminders.planning import left_out, plan
from core.reminders.rules import Anchor, Rule, rules

log = structlog.get_logger(__name__)

# For how long after its expiry a reminder that nobody planned is worth a note: an outage of a week, and some more.
NOTED_FOR = timedelta(days=14)

# Persons a transaction. SQLite, which has one writer, writes as many rows in a fifth of a second, and others answer
# messages in between; on PostgreSQL nobody waits.
AT_ONCE = {"sqlite": 25_000, "postgresql": 250_000}

planned_rows = Counter("jiangfu_reminders_planned_total", "Reminders written to the outbox", ["rule"])
dropped = Counter("jiangfu_reminders_dropped_total", "Persons not reminded, because it came too late", ["rule"])


class Planner:
    """Plans reminders over `sessions`; remembers only what it has already noted as dropped."""

    def __init__(self, sessions: Sessions, table: tuple[Rule, ...] | None = None) -> None:
        """With `table`, those rules instead of the scheme's."""
        self._sessions = sessions
        self._rules = rules() if table is None else table
        self._noted: set[tuple[str, str, datetime]] = set()

    def run(self, now: datetime) -> int:
        """Plan what is due at `now` (the scheme's, in its time zone); how many messages that are.

        Running it again, on another machine, late, or with the clock set back plans nothing twice. Raises Unavailable
        where the database is away; what was planned before that stays, and the next run finds the rest.
        """
        with transaction(self._sessions) as session:
            spare_memory(session)
            change, found = newest_change(session), list(reminders(session, self._rules, now))
        written = sum(self._plan(reminder, change, now) for reminder in found if reminder.is_due(now))
        for reminder in found:
            if reminder.expires_at <= now < reminder.expires_at + NOTED_FOR:
                self._note(reminder)
        return written

    def _plan(self, reminder: Reminder, change: int, now: datetime) -> int:
        """Plan it, so many persons a transaction; no more where a window has moved since it was found: the next run
        finds it anew."""
        written, newest = 0, self._newest_person()
        at_once = AT_ONCE["sqlite" if is_sqlite(self._sessions) else "postgresql"]
        for first in range(0, newest + 1, at_once):
            with transaction(self._sessions) as session:
                if newest_change(session) != change:
                    break
                written += plan(session, reminder, range(first, first + at_once), now)
        if written:
            name, about = reminder.rule.name, f"{reminder.window}:{reminder.year}"
            planned_rows.labels(name).inc(written)
            log.info("reminders_planned", rule=name, about=about, villages=len(reminder.villages), messages=written)
        return written

    def _newest_person(self) -> int:
        with transaction(self._sessions) as session:
            return session.scalar(select(func.max(Person.id))) or 0

    def _note(self, reminder: Reminder) -> None:
        # Of a move that nobody was told of in time, nobody knew the days before either.
        noted = reminder.rule.name, reminder.window, reminder.expires_at
        if noted in self._noted or reminder.rule.anchor is Anchor.MOVED:
            return
        with transaction(self._sessions) as session:
            persons = left_out(session, reminder)
        self._noted.add(noted)
        if persons:
            dropped.labels(reminder.rule.name).inc(persons)
            about = f"{reminder.window}:{reminder.year}"
            log.warning("reminder_dropped", rule=reminder.rule.name, about=about, persons=persons, reason="expired")
