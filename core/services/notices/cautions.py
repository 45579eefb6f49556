"""What a writer should look at again before a notice goes out: costly characters, links, and numbers of somebody's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.delivery.segments import GSM_EACH, GSM_ONE, UCS2_EACH, UCS2_ONE, is_gsm, segments, units
from core.domain.contact import Language
from core.services.notices.wording import Wording

# So few characters can still be spared without saying less.
_SPARED = 10

_LINK = re.compile(r"https?:|www\.|[a-z0-9-]+\.(?:com|cn|net|org|top|vip|xyz|cc|me|link|ly)\b", re.IGNORECASE)
_ID_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)|(?<!\d)\d{15}(?!\d)")
_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)|(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)")
_ACCOUNT = re.compile(r"(?<!\d)\d(?: ?\d){15,18}(?!\d)")


class Kind(StrEnum):
    """What is warned of."""

    COSTLY = "costly"
    SPARE = "spare"
    LINK = "link"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    ACCOUNT = "account"
    PAST = "past"


@dataclass(frozen=True)
class Caution:
    """One thing to look at again, in the text of that language: the characters that cost a segment, or how many could
    be spared; never a number that it speaks of."""

    kind: Kind
    language: Language
    what: str = ""


def cautions(wording: Wording, longest: dict[Language, str], today: date) -> list[Caution]:
    """What there is to warn of. `longest` are the texts as they arrive, signature and code and longest values in."""
    found = [caution for language, words in wording.words.items() for caution in _in_words(language, words)]
    for language, text in longest.items():
        found += _in_cost(language, text)
    if wording.day is not None and wording.day < today:
        found.append(Caution(Kind.PAST, Language.CHINESE))
    return found


def _in_words(language: Language, words: str) -> Iterator[Caution]:
    if _LINK.search(words):
        yield Caution(Kind.LINK, language)
    if _ID_NUMBER.search(words):
        yield Caution(Kind.ID_NUMBER, language)
    elif _ACCOUNT.search(words):
        yield Caution(Kind.ACCOUNT, language)
    if _PHONE.search(words):
        yield Caution(Kind.PHONE, language)


def _in_cost(language: Language, text: str) -> Iterator[Caution]:
    parts = segments(text)
    costly = "".join(dict.fromkeys(character for character in text if _is_costly(character, language)))
    if costly and segments("".join(character for character in text if character not in costly)) < parts:
        yield Caution(Kind.COSTLY, language, costly)
    one, each = (GSM_ONE, GSM_EACH) if is_gsm(text) else (UCS2_ONE, UCS2_EACH)
    over = units(text) - (one if parts == 2 else each * (parts - 1))
    if parts > 1 and 0 < over <= _SPARED:
        yield Caution(Kind.SPARE, language, str(over))


def _is_costly(character: str, language: Language) -> bool:
    # In English one character outside GSM-7 halves what fits, and an extension character counts two; in Chinese only
    # what lies outside the basic plane does.
    return (not is_gsm(character) or units(character) > 1) if language is Language.ENGLISH else ord(character) > 0xFFFF
