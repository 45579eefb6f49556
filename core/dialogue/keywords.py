"""The words that work everywhere: which command a message means, if it means one.

Precision comes first: what might be a question about the policy, a name or an answer is none of these. A missed word
costs one more message, a wrong one ends what was under way. An opt-out is taken from every plain wording, but never
from one that may speak of payments (停发, 停我的钱).
"""

from __future__ import annotations

import re
from enum import StrEnum, auto

from core.dialogue.keyword_forms import alone, bare, data, words
from core.dialogue.keyword_frames import framed, numeral
from core.text import as_digits, fold

# Of a longer message only a Telegram command at its head counts.
_LONGEST = 200

_SLASH = re.compile(r"/([a-z]+)(?:@\w+)?(?=\s|$)")
_ENGLISH_DIGITS = {word: str(digit) for digit, word in enumerate(("zero", "one", "two", "three", "four", "five"))}
_WITH_DIGIT = re.compile(r"(?:(?P<before>[0-5]) ?(?P<word>\D+)|(?P<word_first>\D+?) ?(?P<after>[0-5]))")


class Command(StrEnum):
    """What a word that works everywhere asks for."""

    MENU = auto()
    CHECK = auto()
    STATUS = auto()
    OBJECT = auto()
    REPORT = auto()
    ASK = auto()
    HELP = auto()
    STOP = auto()
    START = auto()
    CHINESE = auto()
    ENGLISH = auto()
    LANGUAGE = auto()
    BACK = auto()
    RECEIVED = auto()
    NOT_RECEIVED = auto()
    ACKNOWLEDGED = auto()
    WORK = auto()
    FOLLOW = auto()
    NOT_ME = auto()


def recognise(text: str, *, free_text_awaited: bool = False) -> Command | None:
    """The command that `text` means, on any channel; None where it means none, or is a mere digit. Never raises.

    A word alone counts in whatever width, case, script, spelling or pinyin it comes. A word inside a sentence counts
    only in an intent frame (我想查…), and not at all with `free_text_awaited`, where whoever writes a sentence answers.
    Telegram's /start is START: only its door knows whether the contact is new.
    """
    text = text.strip()
    folded = fold(text[:_LONGEST])
    slash = _SLASH.match(folded)
    name = _slash_command(slash[1]) if slash else None
    if name is None and len(text) <= _LONGEST:
        name = _named(folded, strictly=free_text_awaited)
    return Command[name] if name else None


def menu_digit(text: str) -> Command | None:
    """The command of a digit sent at the main menu (２, 二, ②, "2.", 回2, 我选2); None for anything else. Never raises.

    Whether the main menu is what the person saw is for the caller to know.
    """
    if len(text) > _LONGEST:
        return None
    if text in data()["digits"]:  # as nearly all are sent
        return Command[data()["digits"][text]]
    chosen = numeral(fold(text))
    name = data()["digits"].get(_ENGLISH_DIGITS.get(chosen) or as_digits(chosen))
    return Command[name] if name else None


def _slash_command(word: str) -> str | None:
    return words().own.get(word) or words().also.get(word)


def _named(folded: str, *, strictly: bool) -> str | None:
    sentence = bare(folded)
    name = alone(sentence, strictly=strictly)
    if name is None and not strictly:
        name = framed(folded) or _menu_line(sentence)
    # 收到？ asks; it does not say that something arrived.
    return None if name in words().statements and "?" in folded else name


def _menu_line(sentence: str) -> str | None:
    """A line of the main menu sent back (2 进度): the digit must be that word's own."""
    line = _WITH_DIGIT.fullmatch(sentence)
    if not line:
        return None
    word, digit = line["word"] or line["word_first"], line["before"] or line["after"]
    name = alone(word.strip()) or framed(word)
    return name if name is not None and data()["digits"][digit] == name else None
