"""Whether a webhook is the phone's: HMAC-SHA256 over the body and the time, which may not lie far off."""

from __future__ import annotations

import hmac
from datetime import datetime

# What SMSGate's documentation advises, either way: https://docs.sms-gate.app/features/webhooks/#payload-signing
WINDOW_SECONDS = 300


def sign(key: str, body: bytes, timestamp: str) -> str:
    """The signature (hexadecimal) of `body` as posted, joined with `timestamp` (Unix seconds, as text)."""
    return hmac.digest(key.encode(), body + timestamp.encode(), "sha256").hex()


def is_signed(key: str, body: bytes, timestamp: str, signature: str, machine_now: datetime) -> bool:
    """Whether `signature` is right and at most five minutes old. The phone signs each try anew."""
    # A number longer than any time is no time, and costs much to read.
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    if abs(machine_now.timestamp() - int(timestamp)) > WINDOW_SECONDS:
        return False
    return hmac.compare_digest(sign(key, body, timestamp).encode(), signature.lower().encode())
