"""The reference number: eight digits, the last a check digit (Damm), and never a valid date."""

from __future__ import annotations

import secrets
from datetime import date

from stdnum import damm

LENGTH = 8


def is_reference(number: str) -> bool:
    """Whether `number` could be a reference. One mistyped digit, or two neighbours swapped, makes it False."""
    return len(number) == LENGTH and number[0] != "0" and damm.is_valid(number) and not _is_date(number)


def draw_reference() -> str:
    """A reference at random, so that none can be guessed from another. Its first digit is not 0, which Excel drops."""
    while True:
        stem = str(secrets.randbelow(9 * 10 ** (LENGTH - 2)) + 10 ** (LENGTH - 2))
        number = stem + damm.calc_check_digit(stem)
        if not _is_date(number):
            return number


def _is_date(number: str) -> bool:
    # Only dates that somebody could type as a birth date; 99991231 may stay a reference.
    try:
        return date.fromisoformat(number).year >= 1800
    except ValueError:
        return False
