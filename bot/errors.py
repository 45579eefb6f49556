"""What the Bot API's refusals mean to us: the only table of them."""

from __future__ import annotations

import os
from datetime import timedelta

from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from core.delivery.sender import Misconfigured, Refused, SendError, Stopped, Throttled, Unreachable

_GONE = ("chat not found", "user is deactivated", "peer_id_invalid")


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
    return Unreachable(name) if isinstance(error, NetworkError) else Unreachable("TelegramError")
