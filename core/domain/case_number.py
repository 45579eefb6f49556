"""The number by which a case is followed: ten digits at random, the last a check digit (Damm)."""

from __future__ import annotations

import secrets

from stdnum import damm

LENGTH = 10


def is_case_number(number: str) -> bool:
    """Whether `number` could be the number of a case. One mistyped digit, or two neighbours swapped, makes it False."""
    return len(number) == LENGTH and number.isascii() and number[0] != "0" and damm.is_valid(number)


def draw_case_number() -> str:
    """A number at random: neither the day nor the order in which people spoke can be read from it."""
    stem = str(secrets.randbelow(9 * 10 ** (LENGTH - 2)) + 10 ** (LENGTH - 2))
    return stem + damm.calc_check_digit(stem)


def in_groups(number: str) -> str:
    """The number as it is said and written down.

    >>> in_groups("4829157063")
    '482 915 7063'
    """
    return f"{number[:3]} {number[3:6]} {number[6:]}"
