"""The forms in which one word arrives alone: polite, repeated, mistyped, by its sound, or in pinyin."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from rapidfuzz.distance import OSA

# A softened word longer than this is a sentence.
_LONGEST_WORD = 32

_TONE_DIGIT = re.compile(r"(?<=[a-z])[0-5]")
_REPEATED = re.compile(r"(.{2,}?)(?: ?\1)+")
_ENGLISH_WORD = re.compile(r"[a-z]{4,12}")
_TWO_CHARACTERS = re.compile(r"[\u4e00-\u9fff]{2}")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


@cache
def data() -> Mapping[str, Any]:
    """keyword_table.yaml as it stands. Loaded on first use; threads that race for it read the same file twice."""
    text = files("core.dialogue").joinpath("keyword_table.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = yaml.safe_load(text)
    return loaded


@dataclass(frozen=True)
class Words:
    """Every form of a word alone, each with the name of its command."""

    own: Mapping[str, str]
    also: Mapping[str, str]
    pinyin: Mapping[str, str]
    sounds: Mapping[tuple[str, ...], str]
    english: tuple[str, ...]
    before: re.Pattern[str]
    after: re.Pattern[str]
    told: re.Pattern[str]
    not_by_sound: frozenset[str]
    surnames: frozenset[str]
    not_typos: frozenset[str]
    statements: frozenset[str]


@cache
def words() -> Words:
    """The words of the table, made ready for look-up."""
    table, soft = data()["words"], data()["softeners"]
    own = _by_form(table, "word", "spelling")
    return Words(
        own=own,
        also=_by_form(table, "also"),
        pinyin=_by_form(table, "pinyin"),
        sounds={_sound(form): name for form, name in _by_form(table, "by_sound").items()},
        english=(*(form for form in own if _ENGLISH_WORD.fullmatch(form)), "unsubscribe"),
        before=re.compile(f"(?:{any_of(soft['before'])}|{any_of(soft['before_english'])} )+"),
        after=re.compile(f"(?:{any_of(soft['after'])}| {any_of(soft['after_english'])})+$"),
        told=re.compile(f"(?:{any_of(data()['told'])} ?)+"),
        not_by_sound=frozenset(data()["not_by_sound"]),
        surnames=frozenset(data()["surnames"]),
        not_typos=frozenset(data()["not_typos"]),
        statements=frozenset(name for name, entry in table.items() if entry.get("statement")),
    )


def _by_form(table: Mapping[str, Mapping[str, list[str]]], *kinds: str) -> dict[str, str]:
    return {form: name for name, entry in table.items() for kind in kinds for form in entry.get(kind, ())}


def any_of(members: Iterable[str]) -> str:
    """A pattern for one of `members`, the longest that fits and no second try (so that no message can make it slow)."""
    return f"(?>{'|'.join(re.escape(member) for member in sorted(members, key=len, reverse=True))})"


def is_chinese(text: str) -> bool:
    """Whether `text` holds a Chinese character."""
    return bool(_CHINESE.search(text))


def bare(folded: str) -> str:
    """`folded` without punctuation, quotes, brackets and emoji; in Chinese without spaces, else with single ones."""
    kept = "".join(c if c.isalnum() else "" if c in "'’" or unicodedata.category(c)[0] in "MC" else " " for c in folded)
    return kept.replace(" ", "") if is_chinese(kept) else " ".join(kept.split())


def alone(text: str, *, strictly: bool = False) -> str | None:
    """The name of the command that the bare `text` is, and nothing else; None where it is none or a sentence.

    `strictly` (an answer in free text is awaited): only the contract's own words in their usual misspellings and in
    pinyin; nothing that is guessed, and none of the other words for the same, which may well be the answer.
    """
    if len(text) > _LONGEST_WORD:
        return None
    said = _once(text)
    for form in (said, _unsoftened(said)):
        name = _surely(form) or (None if strictly else _probably(form))
        if name:
            return name
    return None


def _surely(form: str) -> str | None:
    # Spaced pinyin is left to _probably: Fan Ying is a name.
    return words().own.get(form) or (None if " " in form else _in_pinyin(form))


def _probably(form: str) -> str | None:
    forms = words()
    order = forms.told.match(form)
    told = forms.own.get(form[order.end() :]) if order else None
    spaced_out = forms.own.get(form.replace(" ", ""))
    return forms.also.get(form) or told or spaced_out or _in_pinyin(form) or _by_sound(form) or _by_typo(form)


def _once(text: str) -> str:
    """`text` said once, where it is one thing said several times (退订退订, stop stop)."""
    repeated = _REPEATED.fullmatch(text)
    return repeated[1].strip() if repeated else text


def _unsoftened(text: str) -> str:
    forms = words()
    opening = forms.before.match(text)
    rest = text[opening.end() :] if opening else text
    return _once(forms.after.sub("", rest).strip())


def _in_pinyin(form: str) -> str | None:
    """jindu, jin4du4, jìndù, Jin Du."""
    return None if is_chinese(form) else words().pinyin.get(letters(form))


def letters(text: str) -> str:
    """Pinyin `text` without spaces, tone marks and tone digits."""
    toneless = _TONE_DIGIT.sub("", unicodedata.normalize("NFD", text))
    return "".join(c for c in toneless if c.isalnum())


def _sound(two: str) -> tuple[str, ...]:
    # Imported on first use: its dictionary costs 150 ms that most commands of the desk need not pay.
    from pypinyin import lazy_pinyin

    return tuple(lazy_pinyin(two))


def _by_sound(form: str) -> str | None:
    """What an input method gave for the right sound: 近度, 公式. Only two characters, and no known word or name."""
    forms = words()
    if not _TWO_CHARACTERS.fullmatch(form) or form in forms.not_by_sound:
        return None
    if form[0] == form[1] or form[0] in forms.surnames:
        return None
    return forms.sounds.get(_sound(form))


def _by_typo(form: str) -> str | None:
    """An English word with one slip: a letter too many, too few, changed, or two changed over (Damerau)."""
    forms = words()
    if not _ENGLISH_WORD.fullmatch(form) or form in forms.not_typos:
        return None
    near = [word for word in forms.english if _one_slip(form, word)]
    return (forms.own.get(near[0]) or forms.also.get(near[0])) if len(near) == 1 else None


def _one_slip(form: str, word: str) -> bool:
    if OSA.distance(form, word, score_cutoff=1) > 1:
        return False
    turned = sorted(form) == sorted(word)
    # Of four letters one changed makes another word (held, bank); and few miss the first letter.
    return turned or (form[0] == word[0] and not len(form) == len(word) == 4)
