"""What a reminder of a window is about, as the outbox keeps it: the window, its year, the village, and how it moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Event:
    """A window of a year in one village. `moved` (as `move_of` writes it) is empty but for the message about a move."""

    window: str
    year: int
    village_id: int
    moved: str = ""

    def __str__(self) -> str:
        """`village:2026:17`, or `village:2026:17:0320-0329:5` for a move: at most 64 characters."""
        key = f"{self.window}:{self.year}:{self.village_id}"
        return f"{key}:{self.moved}" if self.moved else key

    @classmethod
    def parse(cls, key: str) -> Event:
        """The event of that key. Raises ValueError where the key is of something else."""
        window, year, village_id, *moved = key.split(":", 3)
        return cls(window, int(year), int(village_id), "".join(moved))


def move_of(opens: date, closes: date, change_id: int) -> str:
    """A move, by the days that it led to and the change that made it: the same days set a second time are the same
    move, days that came back are another."""
    return f"{opens:%m%d}-{closes:%m%d}:{change_id}"
