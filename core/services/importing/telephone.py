"""Reading a phone cell: a mobile in E.164, a landline as such, and nothing else."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from core.phones import e164, is_mobile
from core.services.importing.cells import Unfit

_WRITTEN = re.compile(r"\+?[\d\s().-]+", re.ASCII)
_EXTENSION = re.compile(r"(转|分机|ext\.?|#)\s*\d+$", re.ASCII | re.IGNORECASE)

# A landline as people note it, with or without its area code, even where the directory has moved on since.
_LANDLINE = re.compile(r"0\d{8,11}|[2-8]\d{6,7}", re.ASCII)

_UNFIT = "is no mobile number: 11 digits that begin with 1, one number to a cell"


@dataclass(frozen=True, slots=True)
class Telephone:
    """What a cell holds: a mobile in E.164, or '' where that takes no messages."""

    mobile: str


# Equal as they take no messages, told apart by identity.
LANDLINE = Telephone("")
NO_TELEPHONE = Telephone("")


def telephone(text: str) -> Telephone:
    """The telephone in `text`. Raises Unfit where it is neither a mobile nor a landline."""
    plain = unicodedata.normalize("NFKC", text)
    stem = _EXTENSION.sub("", plain).strip()
    number = e164(stem) if _WRITTEN.fullmatch(stem) else None
    if number is not None and is_mobile(number) and stem == plain:
        return Telephone(number)
    if (number is not None and not is_mobile(number)) or _LANDLINE.fullmatch(re.sub(r"[\s().-]", "", stem)):
        return LANDLINE
    raise Unfit(_UNFIT)


def mobile(text: str) -> str:
    """The mobile in `text`, in E.164. Raises Unfit for anything else."""
    found = telephone(text).mobile
    if not found:
        raise Unfit(_UNFIT)
    return found
