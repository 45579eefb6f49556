"""Twilio's message records: what was accepted, where it stands, and what may be asked about it."""

from __future__ import annotations

import threading
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

UNDER_WAY = frozenset({"accepted", "queued", "sending", "receiving"})


def new_sid(prefix: str = "SM") -> str:
    """A fresh identifier: two letters and 32 hexadecimal digits."""
    return prefix + uuid.uuid4().hex


@dataclass
class Message:
    """One record. `sender` is None until a messaging service has picked a number; times are aware, in UTC."""

    sid: str
    account_sid: str
    to: str
    sender: str | None
    body: str
    direction: str
    status: str
    created: datetime
    updated: datetime
    segments: int
    sent: datetime | None = None
    callback: str | None = None
    service_sid: str | None = None
    error_code: int | None = None

    def as_json(self) -> dict[str, object]:
        """The record as the REST API shows it."""
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "to": self.to,
            "from": self.sender,
            "body": self.body,
            "direction": self.direction,
            "status": self.status,
            "date_created": _rfc2822(self.created),
            "date_updated": _rfc2822(self.updated),
            "date_sent": _rfc2822(self.sent),
            "error_code": self.error_code,
            "error_message": None,
            "messaging_service_sid": self.service_sid,
            "num_media": "0",
            "num_segments": str(self.segments if self.sender else 0),
            "price": None,
            "price_unit": "USD",
            "subresource_uris": {},
            "uri": f"/2010-04-01/Accounts/{self.account_sid}/Messages/{self.sid}.json",
        }


def _rfc2822(instant: datetime | None) -> str | None:
    return format_datetime(instant) if instant else None


class MessageStore:
    """The records of one account, newest last, safe to use from many threads.

    `accepted` counts what was taken for sending by (to, body), and stays when a record is deleted.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._by_sid: dict[str, Message] = {}
        self._by_to: defaultdict[str, dict[str, Message]] = defaultdict(dict)
        self.accepted: Counter[tuple[str, str]] = Counter()

    def add(self, message: Message) -> None:
        """Keeps a record; those sent by REST are counted as accepted."""
        with self._lock:
            self._by_sid[message.sid] = message
            self._by_to[message.to][message.sid] = message
            if message.direction == "outbound-api":
                self.accepted[message.to, message.body] += 1

    def get(self, sid: str) -> Message | None:
        """The record, or None where there is none (any more)."""
        with self._lock:
            return self._by_sid.get(sid)

    def remove(self, sid: str) -> None:
        """Forgets a record."""
        with self._lock:
            message = self._by_sid.pop(sid, None)
            if message is not None:
                self._by_to[message.to].pop(sid, None)

    def newest_first(self, to: str | None, wanted: Callable[[Message], bool]) -> list[Message]:
        """The records that are `wanted`, newest first; `to` narrows the search to one recipient."""
        with self._lock:
            candidates = self._by_to.get(to, {}) if to else self._by_sid
            return [message for message in reversed(candidates.values()) if wanted(message)]

    def counts(self) -> list[dict[str, object]]:
        """How often each text was accepted for each number."""
        with self._lock:
            return [{"to": to, "text": body, "count": n} for (to, body), n in self.accepted.items()]

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._by_sid.clear()
            self._by_to.clear()
            self.accepted.clear()
