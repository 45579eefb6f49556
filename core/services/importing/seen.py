"""What the file has said of a person, place or phone so far, so that it does not say two things of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

_KEY = 12
_DIGEST = 4


@dataclass(frozen=True)
class Earlier:
    """An earlier line about the same subject, and the place of the first thing that it says differently (or None)."""

    line: int
    differs: int | None


class Seen:
    """About 150 bytes a subject: a digest of it, the line, four bytes for each thing said; never the things themselves.

    What a transaction notes counts only once the transaction is through: it may be tried again.
    """

    def __init__(self) -> None:
        self._settled: dict[bytes, bytes] = {}
        self._pending: dict[bytes, bytes] = {}

    def earlier(self, subject: bytes, said: Sequence[object]) -> Earlier | None:
        """What an earlier line said of `subject`, held against `said`; None where none did."""
        key = _key(subject)
        entry = self._pending.get(key) or self._settled.get(key)
        if entry is None:
            return None
        before = [entry[at : at + _DIGEST] for at in range(_DIGEST, len(entry), _DIGEST)]
        differs = (place for place, thing in enumerate(said) if _digest(thing) != before[place])
        return Earlier(int.from_bytes(entry[:_DIGEST]), next(differs, None))

    def note(self, subject: bytes, line: int, said: Sequence[object]) -> None:
        """Note that `line` says this of `subject`."""
        self._pending[_key(subject)] = line.to_bytes(_DIGEST) + b"".join(map(_digest, said))

    def settle(self) -> None:
        """Keep what was noted: its transaction is through."""
        self._settled |= self._pending
        self._pending.clear()

    def forget(self) -> None:
        """Drop what was noted since the last `settle`."""
        self._pending.clear()


def _key(subject: bytes) -> bytes:
    return blake2b(subject, digest_size=_KEY).digest()


def _digest(thing: object) -> bytes:
    return (hash(thing) & 0xFFFFFFFF).to_bytes(_DIGEST)
