"""What Twilio's words mean to us: the only table of its statuses and error codes."""

from __future__ import annotations

from datetime import timedelta

from core.delivery.outbox import State
from core.delivery.sender import Misconfigured, Refused, SendError, Stopped, Throttled, Unreachable

RECEIPTS = {
    "delivered": State.DELIVERED,
    "undelivered": State.FAILED,
    "failed": State.FAILED,
}

_BY_CODE: dict[int, type[SendError]] = {
    20003: Misconfigured,  # authentication failed
    20404: Misconfigured,  # no such account or service
    20429: Throttled,
    21211: Stopped,  # no valid number
    21408: Misconfigured,  # this region is not enabled
    21606: Misconfigured,  # our own number cannot send
    21608: Misconfigured,  # trial account
    21610: Stopped,  # opted out at the carrier or at Twilio
    21612: Stopped,  # no route to this number
    21614: Stopped,  # a landline
    21617: Refused,  # text too long
    30022: Throttled,
}


def send_error(status: int, code: int | None, retry_after: timedelta | None = None) -> SendError:
    """Twilio's refusal as ours. An unknown code is taken as not final where the HTTP status says so."""
    kind = _BY_CODE.get(code or 0)
    if kind is None:
        if status == 429:
            kind = Throttled
        elif status in {401, 403, 404}:
            kind = Misconfigured
        else:
            kind = Refused if 400 <= status < 500 else Unreachable
    return kind(str(code or status), retry_after)
