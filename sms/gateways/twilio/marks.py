"""The mark on every answer's callback: only we can tell whether it says that the answer is to be erased."""

from __future__ import annotations

import hmac

from core.confidentiality.vault import Vault

_HALF = 16


def mark_of(vault: Vault, provider_id: str, erase: bool) -> str:
    """The mark of the answer to the message with that id: thirty-two hexadecimal digits, the same each time. Those that
    say so look like those that do not, in every log."""
    first = _digits(vault, "name", provider_id)
    return first + _digits(vault, "erase" if erase else "keep", first)


def says_erase(vault: Vault, mark: str) -> bool:
    """Whether the mark says that what it stands on is to be erased."""
    return hmac.compare_digest(mark[_HALF:].encode(), _digits(vault, "erase", mark[:_HALF]).encode())


def _digits(vault: Vault, meaning: str, text: str) -> str:
    return vault.lookup(f"twilio.mark.{meaning}", text).hex()[:_HALF]
