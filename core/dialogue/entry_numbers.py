"""Numbers of entries as people name them: 7, 七, 第7号, entry 7."""

from __future__ import annotations

import re

from core import numerals
from core.text import as_digits, fold

_NAMED = re.compile(r"(?:第 ?(\d{1,5}) ?[号个条名位]?|(\d{1,5}) ?号|(?:entry|number|no\.?|#) ?(\d{1,5}))[。.?]?")
_LONGEST = 5  # digits


def entry_named(text: str) -> str:
    """The number of the entry that `text` names as one (第7号); '' where it names none."""
    match = _NAMED.fullmatch(" ".join(numerals.arabic(fold(text)).split()))
    return next(filter(None, match.groups()), "") if match else ""


def bare_number(text: str) -> str:
    """The digits of `text`, where it is a number that an entry may have; else ''."""
    digits = as_digits(text)
    return digits if len(digits) <= _LONGEST else ""
