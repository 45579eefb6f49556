"""An office that moves windows, each in a transaction of its own, in February 2026."""

from __future__ import annotations

from datetime import date, datetime

from core.db import Sessions, transaction
from core.domain.area import Area
from core.services.acting import Actor
from core.services.windows import Window, move_window, window_of
from tests.districts import District
from tests.stopped_clock import SHANGHAI

FEBRUARY = datetime(2026, 2, 2, 10, tzinfo=SHANGHAI)


def days(words: str) -> tuple[date, date]:
    """`03-12 03-21` of 2026."""
    first, last = (date.fromisoformat(f"2026-{word}") for word in words.split())
    return first, last


class Office:
    """Moves windows, each in a transaction of its own."""

    def __init__(self, sessions: Sessions, district: District) -> None:
        self.sessions, self.areas, self.staff = sessions, district.areas, district.staff

    def move(
        self,
        window: str,
        code: str,
        words: str,
        actor: Actor | None = None,
        now: datetime = FEBRUARY,
        year: int = 2026,
    ) -> Window:
        """Set the days of a window of 2026 in the area with that code."""
        with transaction(self.sessions) as session:
            area = session.get_one(Area, self.areas[code])
            return move_window(session, year, window, area, *days(words), actor, now)

    def days(self, window: str, code: str) -> tuple[date, date]:
        """The days that hold there in 2026."""
        with transaction(self.sessions) as session:
            found = window_of(session, 2026, window, self.areas[code])
        assert (found.window, found.year) == (window, 2026)
        return found.opens, found.closes
