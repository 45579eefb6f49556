"""The demo's clock: a scheme clock that the page can step, its offset in a small file that every process reads."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

from core.clock import SchemeClock, machine_now

FILE = "clock"  # in the demo's folder
MORNING = time_of_day(10)  # after the quiet hours: what a day brings arrives at once
LOOK_EVERY = 0.2  # seconds


class SteppedClock(SchemeClock):
    """Shows the machine's time plus the seconds in `place`, read at each look (some ten microseconds), so that all
    processes step together. It stands wherever the program asks for a SchemeClock; `offset` itself stays zero.

    A file and not a table: the schema has nothing that only a demo needs, and to read the database in the middle of a
    transaction would take a second connection.
    """

    def __init__(self, timezone: ZoneInfo, place: Path) -> None:
        """`place` need not be there before the first `show`."""
        super().__init__(timezone)
        self._place = place

    def now(self) -> datetime:
        """The scheme's instant, aware, in the scheme's time zone. Raises OSError before the first `show`."""
        seconds = float(self._held())
        return (machine_now() + timedelta(seconds=seconds)).astimezone(self.timezone)

    def show(self, instant: datetime) -> None:
        """Show `instant` (aware) now, and tick on from there, in every process."""
        fresh = self._place.with_suffix(".new")
        fresh.write_text(str((instant - machine_now()).total_seconds()), "ascii")
        fresh.replace(self._place)  # at once, lest another process read half a number

    def show_day(self, day: date) -> None:
        """Show the morning of `day`."""
        self.show(datetime.combine(day, MORNING, self.timezone))

    def when_stepped(self, act: Callable[[], None]) -> None:
        """Have `act` called, by a thread of its own, each time that the clock is stepped."""
        Thread(target=self._watch, args=(self._held(), act), name="stepped-clock", daemon=True).start()

    def _watch(self, before: str, act: Callable[[], None]) -> None:
        with suppress(FileNotFoundError):  # with its folder the demo is gone
            while True:
                time.sleep(LOOK_EVERY)
                held = self._held()
                if held != before:
                    before = held
                    act()

    def _held(self) -> str:
        return self._place.read_text("ascii")
