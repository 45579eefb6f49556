"""What inspectors get: the messages of a report, each sealed as it came, in an envelope whose size tells neither how
long they are nor, within a class, how many."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum

from nacl.public import PrivateKey

from core.confidentiality.sealing import OVERHEAD, pad, seal, unpad, unseal
from core.errors import KeysError

# Room for a message in UTF-8; a longer one becomes several pieces.
PIECE = 4096
SEALED_PIECE = PIECE + OVERHEAD
# How many pieces an envelope has room for, padding included; most reports fit the first class.
CLASSES = (8, 16, 32, 64)
# The first piece is the heading, and the padding takes a byte of the last.
MOST_PIECES = CLASSES[-1] - 1


class Kind(StrEnum):
    """What a filed envelope is to its report."""

    REPORT = "report"
    ADDITION = "addition"
    RETALIATION = "retaliation"


@dataclass(frozen=True)
class Heading:
    """What is known of a report beside its text: the area, the levels of those whom it concerns, the day."""

    kind: Kind
    filed_on: date
    area: str
    area_name: str
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Opened:
    """An envelope that was opened: the heading, and the messages in the order in which they were written."""

    heading: Heading
    messages: tuple[str, ...]


def seal_heading(heading: Heading, keys: Sequence[bytes]) -> bytes:
    """The first piece."""
    data = {**asdict(heading), "filed_on": heading.filed_on.isoformat()}
    return seal(pad(json.dumps(data).encode(), PIECE), keys)


def seal_text(text: str, keys: Sequence[bytes]) -> list[bytes]:
    """The pieces of one message, each of the same size."""
    return [seal(pad(part.encode(), PIECE), keys) for part in _parts(text)]


def close(pieces: Sequence[bytes], keys: Sequence[bytes]) -> bytes:
    """The envelope around `pieces`. It is sealed once more as a whole, so that nothing in it equals what lay in the
    tables while the report was being written. Raises ValueError for more than `MOST_PIECES`."""
    room = next((room for room in CLASSES if len(pieces) < room), 0)
    if not room:
        raise ValueError(f"an envelope holds {MOST_PIECES} pieces, not {len(pieces)}")
    return seal(pad(b"".join(pieces), room * SEALED_PIECE), keys)


def open_envelope(envelope: bytes, key: PrivateKey) -> Opened:
    """What the envelope holds. Raises KeysError where `key` does not open it, or it is damaged."""
    padded = unseal(envelope, key)
    inside = unpad(padded, len(padded))
    pieces = [inside[start : start + SEALED_PIECE] for start in range(0, len(inside), SEALED_PIECE)]
    try:
        first, *texts = (unpad(unseal(piece, key), PIECE).decode() for piece in pieces)
        data = json.loads(first)
        heading = Heading(
            Kind(data["kind"]),
            date.fromisoformat(data["filed_on"]),
            data["area"],
            data["area_name"],
            tuple(data["levels"]),
        )
    except (ValueError, KeyError, TypeError):
        raise KeysError("A sealed record is damaged.") from None
    return Opened(heading, tuple(texts))


def _parts(text: str) -> list[str]:
    """`text` in parts that fit a piece, none cut within a character."""
    parts, start, size = [], 0, 0
    for place, character in enumerate(text):
        length = len(character.encode())
        if size + length >= PIECE:
            parts.append(text[start:place])
            start, size = place, 0
        size += length
    return [*parts, text[start:]]
