"""What the Bot API's refusals mean to us: the only table of them."""

from __future__ import annotations

import os
from datetime import timedelta

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from core.delivery.sender import (
    Failing,
    Misconfigured,
    Refused,
    SendError,
    Stopped,
    Throttled,
    Unanswered,
    Unreachable,
)

_GONE = ("chat not found", "user is deactivated", "peer_id_invalid")
# There was not even a connection, so nothing can have been taken.
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


def tell_waits_as_timedelta() -> None:
    """Have the library tell waits as timedelta, which it will by itself one day: until then it warns at every one."""
    os.environ.setdefault("PTB_TIMEDELTA", "true")


def wait_asked_for(error: RetryAfter) -> timedelta:
    """How long Telegram asks us to wait."""
    wait = error.retry_after
    return wait if isinstance(wait, timedelta) else timedelta(seconds=wait)


def send_error(error: TelegramError) -> SendError:
    """Telegram's error as ours. What is not known is taken as not final."""
    name = type(error).__name__
    if isinstance(error, RetryAfter):
        return Throttled(name, wait_asked_for(error))
    if isinstance(error, InvalidToken):
        return Misconfigured(name)
    if isinstance(error, Forbidden | ChatMigrated):
        return Stopped(name)
    if isinstance(error, BadRequest):  # a NetworkError by descent, so asked first
        return Stopped(name) if any(word in str(error).lower() for word in _GONE) else Refused(name)
    return _unanswered(error)(name)


def _unanswered(error: TelegramError) -> type[SendError]:
    # The library keeps the cause of what never became an answer; an answer that is none (5xx) has no such cause.
    if isinstance(error, Conflict) or isinstance(error.__cause__, _NEVER_LEFT):
        return Unreachable
    if isinstance(error, TimedOut) or isinstance(error.__cause__, httpx.HTTPError):
        return Unanswered
    return Failing if isinstance(error, NetworkError) else Unanswered
