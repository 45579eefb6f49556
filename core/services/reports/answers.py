"""What an inspector says to a report: sealed to its author on the inspector's machine, signed, and brought back."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from nacl.public import PrivateKey

from core.confidentiality.inspector_key import InspectorKey, PublicHalf
from core.confidentiality.receipt import holds_receipt
from core.confidentiality.sealing import pad, seal, seal_to_reporter, unpad, unseal_for_reporter
from core.errors import KeysError, NotAllowed

LONGEST = 300
_BLOCK = 2048


class Standing(StrEnum):
    """How far a report has come, in the inspector's own words to its author."""

    EXAMINING = "examining"
    TRUE = "true"
    NOT_TRUE = "not_true"
    NOT_EXAMINED = "not_examined"


CLOSED = frozenset({Standing.TRUE, Standing.NOT_TRUE, Standing.NOT_EXAMINED})


@dataclass(frozen=True)
class Answer:
    """One thing said: where the report stands, some words, and a reward's amount in yuan and word where there is one.

    `said_at` (an ISO instant of the inspector's machine) puts the answers in order.
    """

    said_at: str
    standing: Standing
    text: str = ""
    amount: int = 0
    word: str = ""


@dataclass(frozen=True)
class Brought:
    """One signed line of a file of answers. `report` is the report's id, empty for a reward, which names none."""

    number: bytes
    report: bytes
    closes: bool
    sealed: bytes
    copy: bytes
    reward: bytes = b""
    amount: int = 0


def check_text(text: str) -> str:
    """`text` as it may be said. Raises NotAllowed where it is too long for a phone, or holds a receipt."""
    text = text.strip()
    if len(text) > LONGEST:
        raise NotAllowed(f"An answer has at most {LONGEST} characters, for it is read on a keypad phone.")
    if holds_receipt(text):
        raise NotAllowed(
            "A number in the text reads as a receipt. Never write one down: who has it can read the answers."
        )
    return text


def compose(key: InspectorKey, report: bytes, answer_key: bytes, readers: Sequence[bytes], answer: Answer) -> str:
    """The signed line that carries `answer` to the author of the report, and to the inspectors with the public keys
    `readers`, so that they know what was said."""
    content = pad(json.dumps(asdict(answer)).encode(), _BLOCK)
    brought = Brought(
        secrets.token_bytes(16),
        report,
        answer.standing in CLOSED,
        seal_to_reporter(content, answer_key),
        seal(content, readers),
    )
    return _line(key, brought)


def compose_reward(key: InspectorKey, word_digest: bytes, amount: int) -> str:
    """The signed line by which the counters learn of a reward; it names no report."""
    return _line(key, Brought(secrets.token_bytes(16), b"", False, b"", b"", word_digest, amount))


def read_line(line: str, halves: Sequence[PublicHalf]) -> tuple[PublicHalf, Brought]:
    """Whose line it is, among `halves`, and what it brings. Raises KeysError where none of them has signed it."""
    try:
        signed = base64.b64decode(line.strip(), validate=True)
    except ValueError:
        signed = b""
    for half in halves:
        message = half.has_signed(signed)
        if message is not None:
            return half, _of_bytes(message)
    raise KeysError("a line was not signed with a key that is registered here, or was changed")


def open_answer(sealed: bytes, key: PrivateKey) -> Answer:
    """What was said to the owner of `key`. Raises KeysError where it was said to somebody else."""
    return unpack(unseal_for_reporter(sealed, key))


def unpack(content: bytes) -> Answer:
    """What `compose` packed. Raises KeysError where it is damaged."""
    try:
        data = json.loads(unpad(content, _BLOCK))
        return Answer(**{**data, "standing": Standing(data["standing"])})
    except (ValueError, TypeError, KeyError):
        raise KeysError("A sealed record is damaged.") from None


def destruction_day(today: date, retention_days: int) -> date:
    """When a report that is closed today is to be destroyed."""
    return today + timedelta(days=retention_days)


def _line(key: InspectorKey, brought: Brought) -> str:
    data: dict[str, Any] = {
        name: value.hex() if isinstance(value, bytes) else value for name, value in asdict(brought).items()
    }
    return base64.b64encode(key.sign(json.dumps(data).encode("ascii"))).decode("ascii")


def _of_bytes(message: bytes) -> Brought:
    data = json.loads(message)
    return Brought(
        bytes.fromhex(data["number"]),
        bytes.fromhex(data["report"]),
        bool(data["closes"]),
        bytes.fromhex(data["sealed"]),
        bytes.fromhex(data["copy"]),
        bytes.fromhex(data["reward"]),
        int(data["amount"]),
    )
