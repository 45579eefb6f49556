"""The two clocks: the scheme's (windows, lock-outs, expiry), which may be set, and the machine's, which never is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


def machine_now() -> datetime:
    """The machine's time in UTC: for leases, back-off, rate limits, heartbeats and the inbox's ten minutes."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class SchemeClock:
    """The scheme's time: the machine's plus `offset`, shown in `timezone`. Made once by the parent of all processes."""

    timezone: ZoneInfo
    offset: timedelta = timedelta()

    @classmethod
    def starting_at(cls, instant: datetime | None, timezone: ZoneInfo) -> SchemeClock:
        """A clock that shows `instant` now and ticks on; without one, the machine's time. A naive instant is local."""
        if instant is None:
            return cls(timezone)
        aware = instant if instant.tzinfo else instant.replace(tzinfo=timezone)
        return cls(timezone, aware - machine_now())

    def now(self) -> datetime:
        """The scheme's instant, aware, in the scheme's time zone."""
        return (machine_now() + self.offset).astimezone(self.timezone)

    def today(self) -> date:
        """The scheme's calendar day."""
        return self.now().date()

    def when_stepped(self, act: Callable[[], None]) -> None:
        """Have `act` called, by a thread of its own, each time that the clock is stepped. This one never is; a demo's
        is, and then what the new day brings shall not wait for its turn."""
