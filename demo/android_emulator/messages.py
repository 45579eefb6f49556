"""The gateway's message records: what was accepted, each id once, and what became of it."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Message:
    """One record. `sequence` is its place in the order of acceptance; times are aware."""

    id: str
    to: str
    text: str
    priority: int
    accepted: datetime
    sequence: int = 0
    state: str = "Pending"
    error: str | None = None
    times: dict[str, str] = field(default_factory=dict)

    def move(self, state: str, now: datetime, error: str | None = None) -> None:
        """Note a new state and when it was reached."""
        self.state, self.error = state, error
        self.times[state] = now.isoformat()

    def as_json(self, device: str) -> dict[str, object]:
        """The record as the REST interface shows it."""
        recipient = {"phoneNumber": self.to, "state": self.state} | ({"error": self.error} if self.error else {})
        return {
            "id": self.id,
            "deviceId": device,
            "state": self.state,
            "isHashed": False,
            "isEncrypted": False,
            "recipients": [recipient],
            "states": dict(self.times),
        }


class Messages:
    """The records of one phone, safe to use from many threads. `repeats` counts the ids that were sent again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_id: dict[str, Message] = {}
        self.repeats: Counter[str] = Counter()

    def add(self, message: Message) -> bool:
        """Keep a new record; False where its id is taken."""
        with self._lock:
            if message.id in self._by_id:
                self.repeats[message.id] += 1
                return False
            message.sequence = len(self._by_id)
            self._by_id[message.id] = message
            return True

    def get(self, message_id: str) -> Message | None:
        """The record, or None."""
        with self._lock:
            return self._by_id.get(message_id)

    def all(self) -> list[Message]:
        """The records in the order of their acceptance."""
        with self._lock:
            return list(self._by_id.values())

    def counts(self) -> list[dict[str, object]]:
        """How often each text was accepted for each number."""
        counted = Counter((message.to, message.text) for message in self.all())
        return [{"to": to, "text": text, "count": n} for (to, text), n in counted.items()]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._by_id.clear()
            self.repeats.clear()
