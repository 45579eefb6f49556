"""How a question is read before it is judged: its language, and pinyin turned into the likeliest characters."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from core.faq.pinyin import loose, split_syllables, toneless
from core.text import fold

Language = Literal["zh", "en"]

_HANZI = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_HANZI_RUN = re.compile(f"{_HANZI.pattern}+")
_LATIN = re.compile(r"[a-z]+")
_TONE_DIGIT = re.compile(r"(?<=[a-z])[1-5](?![0-9])")
_APOSTROPHE = re.compile(r"(?<=[a-z])['’](?=[a-z])")
_LONGEST_PIECE = 3  # characters looked up at once when pinyin is turned into characters
# What a word costs (negative log frequency) that was never met in English: more, the longer it is.
_UNSEEN_WORD = 4.0
_UNSEEN_LETTER = 2.0
# The same for a syllable never met, and for a word that is no pinyin at all.
_UNSEEN_SYLLABLE = 12.0
_NO_PINYIN = 16.0
# The same for a sound that no phrasing has: it is left in letters.
_UNSEEN_PIECE = 20.0
# A story asks at its beginning or its end; what lies between costs time and says little.
_KEEP = 150


@dataclass(frozen=True)
class Reading:
    """`text` is folded, shortened, and in characters where it was pinyin."""

    text: str
    language: Language


class Reader:
    """Reads questions with the vocabulary of `phrasings`: the words that people use about these topics."""

    def __init__(self, phrasings: Iterable[str]) -> None:
        folded = [fold(p) for p in phrasings]
        self._english = _word_costs(w for p in folded if not _HANZI.search(p) for w in _LATIN.findall(p))
        runs = [(run, _sounds(run)) for p in folded for run in _HANZI_RUN.findall(p)]
        self._sounds = _word_costs(sound for _, sounds in runs for sound in sounds)
        self._pieces = _piece_costs(runs)

    def read(self, query: str) -> Reading:
        """The reading of any string whatever."""
        text = fold(query[:_KEEP] + " " + query[-_KEEP:] if len(query) > 2 * _KEEP else query)
        if _HANZI.search(text):
            return Reading(_LATIN.sub(self._characters_of_run, text), "zh")
        text = toneless(text)
        if self._is_pinyin(text):
            plain = _TONE_DIGIT.sub("", _APOSTROPHE.sub(" ", text))
            return Reading(self._characters_of_text(plain), "zh")
        return Reading(text, "en" if _LATIN.search(text) else "zh")

    def _is_pinyin(self, text: str) -> bool:
        return sum(self._english_cost(w) - self._pinyin_cost(w) for w in _LATIN.findall(text)) > 0

    def _english_cost(self, word: str) -> float:
        return self._english.get(word, _UNSEEN_WORD + _UNSEEN_LETTER * len(word))

    def _pinyin_cost(self, word: str) -> float:
        costs = [self._sounds.get(loose(s), _UNSEEN_SYLLABLE) for s in split_syllables(word)]
        return sum(costs) if costs else _NO_PINYIN + _UNSEEN_LETTER * len(word)

    def _characters_of_run(self, match: re.Match[str]) -> str:
        run = match.group()
        if len(run) < 2 or self._english_cost(run) < self._pinyin_cost(run):
            return run
        return self._characters(split_syllables(run)) or run

    def _characters_of_text(self, text: str) -> str:
        """Pinyin with or without spaces, figures left where they stand."""
        out: list[str] = []
        for part in re.split(r"([^a-z\s]+)", text):
            syllables: list[str] = []
            for word in part.split():
                syllables += split_syllables(word) or [word]
            out.append(self._characters(syllables) if syllables else part.strip())
        return "".join(out)

    def _characters(self, syllables: Iterable[str]) -> str:
        """The likeliest characters for `syllables`: the cheapest chain of pieces seen in the phrasings."""
        sounds = [loose(s) for s in syllables]
        best: list[tuple[float, str]] = [(0.0, "")]
        for end in range(1, len(sounds) + 1):
            unknown = (best[end - 1][0] + _UNSEEN_PIECE, best[end - 1][1] + sounds[end - 1])
            options = [unknown]
            for start in range(max(0, end - _LONGEST_PIECE), end):
                piece = self._pieces.get(" ".join(sounds[start:end]))
                if piece:
                    options.append((best[start][0] + piece[0], best[start][1] + piece[1]))
            best.append(min(options))
        return best[-1][1]


def _word_costs(words: Iterable[str]) -> dict[str, float]:
    """Each word's negative log frequency among `words`."""
    counts = Counter(words)
    total = sum(counts.values())
    return {word: math.log(total / n) for word, n in counts.items()}


def _sounds(characters: str) -> list[str]:
    from pypinyin import lazy_pinyin

    return [loose(s) for s in lazy_pinyin(characters, v_to_u=False)]


def _piece_costs(runs: Iterable[tuple[str, list[str]]]) -> dict[str, tuple[float, str]]:
    """For up to three sounds in a row their commonest characters and what these cost (negative log frequency)."""
    counts: Counter[tuple[str, str]] = Counter()
    for run, sounds in runs:
        if len(sounds) != len(run):
            continue
        for size in range(1, _LONGEST_PIECE + 1):
            for at in range(len(run) - size + 1):
                counts[" ".join(sounds[at : at + size]), run[at : at + size]] += 1
    total = sum(counts.values())
    costs: dict[str, tuple[float, str]] = {}
    for (sound, characters), n in counts.items():
        cost = math.log(total / n)
        if sound not in costs or (cost, characters) < costs[sound]:
            costs[sound] = (cost, characters)
    return costs
