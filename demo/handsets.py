"""What the keypad phones keep: the texts that each number sent and received, whatever the provider forgets later."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

Clock = Callable[[], datetime]

KEPT = 500  # texts a phone holds; an old keypad phone held fewer


@dataclass
class Text:
    """One text on a phone. `direction` is the phone's view: sent or received; `segments` are the parts it took."""

    id: str
    direction: str
    text: str
    at: str
    status: str
    segments: int


class Handsets:
    """The phones by number (E.164), safe to use from many threads. `clock` gives the time that a phone shows."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._threads: defaultdict[str, list[Text]] = defaultdict(list)
        self._revision = 0

    def add(self, number: str, sid: str, direction: str, body: str, *, segments: int, status: str) -> None:
        """Puts a text on the phone of `number`, stamped now."""
        with self._lock:
            self._revision += 1
            thread = self._threads[number]
            thread.append(Text(sid, direction, body, self._clock().isoformat(), status, segments))
            del thread[:-KEPT]

    def mark(self, number: str, sid: str, status: str) -> None:
        """Notes what became of a text that the phone sent."""
        with self._lock:
            self._revision += 1
            for text in self._threads[number]:
                if text.id == sid and text.direction == "sent":
                    text.status = status

    def thread(self, number: str) -> dict[str, object]:
        """One phone: `entries` oldest first, `now` as its clock shows it, `revision` growing with every change."""
        with self._lock:
            entries = [asdict(text) for text in self._threads.get(number, [])]
            return {"revision": self._revision, "now": self._clock().isoformat(), "entries": entries}

    def numbers(self) -> list[str]:
        """The phones that hold a text."""
        with self._lock:
            return sorted(number for number, texts in self._threads.items() if texts)

    def clear(self) -> None:
        """Empties every phone."""
        with self._lock:
            self._revision += 1
            self._threads.clear()
