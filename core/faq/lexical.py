"""Topics by wording: a linear classifier over characters, words and sounds, trained on the catalogue at start-up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.faq.pinyin import spoken

_NOT_CHINESE = re.compile(r"[\W_a-z]+")
_WORD = re.compile(r"[a-z]+|\d+")

Scores = NDArray[np.float32]


def spelling(text: str) -> Iterator[str]:
    """What is seen in folded `text`: runs of 1-3 characters of Chinese; words, pairs, 3-4 letter runs of Latin."""
    chinese = _NOT_CHINESE.sub("", text)
    if chinese:
        framed = f"^{chinese}$"
        for size in (1, 2, 3):
            yield from (framed[i : i + size] for i in range(len(framed) - size + 1))
    words = _WORD.findall(text)
    yield from (f"w:{word}" for word in words)
    yield from (f"w:{a} {b}" for a, b in pairwise(words))
    for word in words:
        framed = f"<{word}>"
        for size in (3, 4):
            yield from (f"c:{framed[i : i + size]}" for i in range(len(framed) - size + 1))


def sound(text: str) -> Iterator[str]:
    """What is heard in folded `text`: runs of 1-3 syllables, so that 资各 and 资格 are one."""
    framed = ["^", *spoken(text), "$"]
    for size in (1, 2, 3):
        yield from (" ".join(framed[i : i + size]) for i in range(len(framed) - size + 1))


class _View:
    """One way of looking at a text, with a linear support vector classifier of its own."""

    def __init__(self, analyzer: Callable[[str], Iterator[str]], texts: Sequence[str], labels: Sequence[int]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.svm import LinearSVC

        # What occurs once teaches only the one phrasing it is in: without it half the memory does as well.
        self._vectorizer = TfidfVectorizer(analyzer=analyzer, sublinear_tf=True, min_df=2, dtype=np.float32)
        features = self._vectorizer.fit_transform(texts)
        machine = LinearSVC(C=0.5, random_state=0).fit(features, labels)
        self._weights = np.ascontiguousarray(machine.coef_.T, dtype=np.float32)
        self._bias = machine.intercept_.astype(np.float32)

    def scores(self, texts: Sequence[str]) -> Scores:
        found: Any = self._vectorizer.transform(texts) @ self._weights
        return np.asarray(found + self._bias, dtype=np.float32)


class LexicalModel:
    """Scores every topic for a text by its spelling and by its sound. Immutable once built, so safe among threads."""

    def __init__(self, texts: Sequence[str], labels: Sequence[int]) -> None:
        """Learn from folded `texts`; `labels[i]` is the topic's index of `texts[i]`, and every index occurs."""
        self._views = (_View(spelling, texts, labels), _View(sound, texts, labels))

    def scores(self, texts: Sequence[str]) -> Scores:
        """A row for each text, a column for each topic; about 0 or more means that the topic fits."""
        return np.asarray(sum(view.scores(texts) for view in self._views), dtype=np.float32)
