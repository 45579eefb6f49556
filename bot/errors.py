"""What the Bot API's refusals mean to us: the only table of them."""

from __future__ import annotations

from datetime import timedelta

from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from core.delivery.sender import Misconfigured, Refused, SendError, Stopped, Throttled, Unreachable

_GONE = ("chat not found", "user is deactivated", "peer_id_invalid")


def send_error(error: TelegramError) -> SendError:
    """Telegram's error as ours. What is not known is taken as not final."""
    name = type(error).__name__
    if isinstance(error, RetryAfter):
        wait = error.retry_after
        return Throttled(name, wait if isinstance(wait, timedelta) else timedelta(seconds=wait))
    if isinstance(error, InvalidToken):
        return Misconfigured(name)
    if isinstance(error, Forbidden | ChatMigrated):
        return Stopped(name)
    if isinstance(error, BadRequest):  # a NetworkError by descent, so asked first
        return Stopped(name) if any(word in str(error).lower() for word in _GONE) else Refused(name)
    return Unreachable(name) if isinstance(error, NetworkError) else Unreachable("TelegramError")
