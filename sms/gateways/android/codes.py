"""What SMSGate's words mean to us: the only table of its events, HTTP answers and reasons of failure."""

from __future__ import annotations

import re
from datetime import timedelta

from core.delivery.outbox import State
from core.delivery.sender import Failing, Misconfigured, Refused, SendError, Stopped, Throttled, Unanswered

TEXT_EVENT = "sms:received"
MEDIA_EVENT = "mms:received"

# Of a text in parts each is reported delivered; the gateway itself counts the first, and so do we.
# https://docs.sms-gate.app/features/status-tracking/
RECEIPTS = {
    "sms:sent": State.SENT,
    "sms:delivered": State.DELIVERED,
    "sms:failed": State.FAILED,
    "sms:cancelled": State.FAILED,
}

TAKEN_BEFORE = 409  # the gateway holds a message with this id

_BY_STATUS: dict[int, type[SendError]] = {
    401: Misconfigured,
    403: Misconfigured,
    404: Misconfigured,  # no such interface at this address
    408: Unanswered,
    429: Throttled,
    503: Throttled,  # its queue for the phone is full
}

# A refusal (400) is told from another by its text alone; the server's words, in small letters.
_BY_WORDS: dict[str, type[SendError]] = {
    "phone number": Stopped,  # invalid, or not a mobile
    "record not found": Misconfigured,  # no phone is registered
    "device": Misconfigured,
}

# The app's reasons begin with words of its own and name Android's constant.
_CONSTANT = re.compile(r"RESULT_(?:ERROR_)?([A-Z_]{1,28})")


def send_error(status: int, words: str, wait: timedelta | None = None) -> SendError:
    """A refusal of the REST interface as ours. What is unknown is final only where the status says so."""
    kind = _BY_STATUS.get(status)
    if kind is None and 400 <= status < 500:
        kind = next((kind for known, kind in _BY_WORDS.items() if known in words.lower()), Refused)
    if kind is None:
        kind = Misconfigured if 300 <= status < 400 else Failing  # moved to another address, or ill
    return kind(str(status), wait)


def failure(event: str, reason: str) -> str:
    """A short code (at most 32 characters) for why a message failed; never the reason's own words, which may hold a
    number."""
    constant = _CONSTANT.search(reason)
    if constant:
        return constant[1].strip("_").lower()
    if event == "sms:cancelled":
        return "cancelled"
    return "expired" if "TTL" in reason else "failed"
