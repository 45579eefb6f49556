"""Pinyin as people type it: which letters are syllables, and which syllables sound alike to a Hunan ear."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

_VOWELS = frozenset("aeiouv")
_LONGEST_SYLLABLE = 6  # zhuang


def toneless(text: str) -> str:
    """`text` without tone marks, ü written v: nǚ becomes nv."""
    decomposed = unicodedata.normalize("NFD", text).replace("u\u0308", "v")
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn")


@cache
def known_syllables() -> frozenset[str]:
    """Every syllable of Mandarin in plain letters; `lv` is also known as `lu`, as most people type it."""
    from pypinyin.constants import PINYIN_DICT

    found = {toneless(one) for spellings in PINYIN_DICT.values() for one in spellings.split(",")}
    return frozenset(s for s in found if s.isalpha() and s[0] not in "iuv" and _VOWELS & set(s))


@lru_cache(maxsize=4096)
def split_syllables(letters: str) -> tuple[str, ...]:
    """`letters` cut into as few syllables as can be; () where they are not pinyin.

    >>> split_syllables("shenmeren"), split_syllables("reward")
    (('shen', 'me', 'ren'), ())
    """
    known = known_syllables()
    best: list[tuple[str, ...] | None] = [(), *[None] * len(letters)]
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - _LONGEST_SYLLABLE), end):
            before = best[start]
            here = best[end]
            if before is None or letters[start:end] not in known:
                continue
            if here is None or len(before) + 1 < len(here):
                best[end] = (*before, letters[start:end])
    return best[-1] or ()


@lru_cache(maxsize=2048)
def loose(syllable: str) -> str:
    """`syllable` without what southern speakers do not tell apart: zh/z, ch/c, sh/s, n/l, -ng/-n."""
    sound = re.sub(r"^([zcs])h", r"\1", syllable)
    sound = re.sub(r"^n(?=[aeiouv])", "l", sound)
    return re.sub(r"(?<=[aei])ng$", "n", sound)


def spoken(text: str) -> list[str]:
    """The loose syllables of folded `text`, in order; letters that are no pinyin stay words, digits stay digits."""
    from pypinyin import lazy_pinyin

    sounds: list[str] = []
    for run in re.findall(r"[a-z]+|\d|[^\W\d_a-z]+", text):
        if not run.isascii():
            sounds += [loose(s) for s in lazy_pinyin(run, v_to_u=False)]
        elif run.isalpha():
            sounds += [loose(s) for s in split_syllables(run)] or [run]
        else:
            sounds.append(run)
    return sounds
