"""What Twilio's words mean to us: the only table of its statuses and error codes."""

from __future__ import annotations

from datetime import timedelta

from core.delivery.outbox import State
from core.delivery.sender import Failing, Misconfigured, Refused, SendError, Stopped, Throttled

# Whatever Twilio reports of a message, it has taken it.
RECEIPTS = {
    "accepted": State.SENT,
    "queued": State.SENT,
    "sending": State.SENT,
    "sent": State.SENT,
    "delivered": State.DELIVERED,
    "undelivered": State.FAILED,
    "failed": State.FAILED,
    "canceled": State.FAILED,
}

OPTED_OUT = "21610"
# What the messaging service heeds by itself (`OptOutType`), in the line's own words; for HELP there is nothing to do.
OPT_OUT_WORDS = {"STOP": "退订", "START": "恢复", "HELP": ""}

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
    30005: Stopped,  # the number is unknown or no longer in use
    30006: Stopped,  # a landline
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
            kind = Refused if 400 <= status < 500 else Failing
    return kind(str(code or status), retry_after)


def stops_contact(code: int | None) -> bool:
    """Whether a receipt with this error code says that nothing will ever arrive there."""
    return _BY_CODE.get(code or 0) is Stopped
