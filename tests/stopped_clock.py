"""A scheme clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.clock import SchemeClock

SHANGHAI = ZoneInfo("Asia/Shanghai")
# A Tuesday morning in the third posting of the seed's year (8-18 May), outside the quiet hours.
MID_MAY = datetime(2026, 5, 12, 10, 0, tzinfo=SHANGHAI)


class StoppedClock(SchemeClock):
    """Shows `instant`; `move` takes it further. It may stand wherever the program asks for a SchemeClock."""

    def __init__(self, instant: datetime = MID_MAY) -> None:
        super().__init__(SHANGHAI)
        self._shown = [instant]

    def now(self) -> datetime:
        """The instant shown."""
        return self._shown[0].astimezone(self.timezone)

    def move(self, by: timedelta = timedelta(), to: datetime | None = None) -> datetime:
        """Show `to`, or what is shown now, and `by` after it; the new instant."""
        self._shown[0] = (to or self._shown[0]) + by
        return self.now()
