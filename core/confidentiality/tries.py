"""How many wrong receipts are borne: of one sender, and in all. Counted in memory alone, so that nothing is left of who
tried when the process ends."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

OF_ONE_SENDER = 5
IN_ALL = 300
WITHIN = timedelta(hours=24)


@dataclass
class Tries:
    """The wrong tries of the last day in this process: when, and by whom (a keyed hash)."""

    of_one_sender: int = OF_ONE_SENDER
    in_all: int = IN_ALL
    _wrong: deque[tuple[datetime, bytes]] = field(default_factory=deque, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def are_used_up(self, sender: bytes, now: datetime) -> bool:
        """Whether `sender` may not try any more at `now`, or nobody may."""
        with self._lock:
            while self._wrong and now - self._wrong[0][0] >= WITHIN:
                self._wrong.popleft()
            of_sender = sum(who == sender for _when, who in self._wrong)
            return of_sender >= self.of_one_sender or len(self._wrong) >= self.in_all

    def note_wrong(self, sender: bytes, now: datetime) -> None:
        """Count a wrong try of `sender`."""
        with self._lock:
            self._wrong.append((now, sender))
