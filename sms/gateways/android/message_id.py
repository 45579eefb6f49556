"""The ids under which our messages go to the gateway: each for one message for good, and short enough for it."""

from __future__ import annotations

import hashlib

from core.delivery.sender import Outgoing

LONGEST_ID = 36  # characters; the server's column


def of_message(message: Outgoing) -> str:
    """The id of an unasked message: its row's number, by which a receipt finds it even where the gateway's answer was
    lost, and as much of its own id as there is room for (96 bits and more)."""
    return f"{message.row_id}-{message.own_id.replace('-', '')}"[:LONGEST_ID]


def row_of(message_id: str) -> int | None:
    """The row's number in an id of `of_message`; None in any other."""
    number, dash, _rest = message_id.partition("-")
    # No longer than any row's number, so that each engine can compare it.
    return int(number) if dash and number.isascii() and number.isdigit() and len(number) < 10 else None


def of_answer(provider_id: str, part: int, text: str) -> str:
    """The id of part `part` of the answer to the message `provider_id`: the same for the same text, for no other."""
    return hashlib.sha256(f"{provider_id}\0{part}\0{text}".encode()).hexdigest()[:32]
