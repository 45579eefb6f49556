"""What one rule says of one applicant: it passes, fails, or cannot be told before a missing fact is known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Outcome(Enum):
    """The three answers that a rule can give."""

    PASSES = "passes"
    FAILS = "fails"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's answer and, where it is UNKNOWN, the keys of the facts that it misses."""

    outcome: Outcome
    missing: tuple[str, ...] = ()


PASSES = Finding(Outcome.PASSES)
FAILS = Finding(Outcome.FAILS)


def unknown(*keys: str) -> Finding:
    """Cannot be told without the facts `keys`."""
    return Finding(Outcome.UNKNOWN, keys)


def fails_where(failing: bool | None, key: str) -> Finding:
    """FAILS where the fact `key` says so, PASSES where it says not, unknown where it is None."""
    if failing is None:
        return unknown(key)
    return FAILS if failing else PASSES
