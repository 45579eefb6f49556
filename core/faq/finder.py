"""From a question as typed to a topic of the catalogue: answered, offered, sent on, or owned not to be known."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.faq.catalogue import Catalogue
from core.faq.encoder import EncoderModel, encoder_for
from core.faq.lexical import LexicalModel, Scores
from core.faq.reading import Language, Reader
from core.text import fold

Kind = Literal["answer", "offer", "redirect", "unknown"]

_OFFERED = 3


@dataclass(frozen=True)
class Finding:
    """What a question was found to ask.

    `topic` is the topic answered, or the `redirect` entry that sends the person on, else None. `candidates` are at
    most three topics of our own, best first: the one answered and the next nearest, or those to offer.
    """

    kind: Kind
    topic: str | None
    candidates: tuple[str, ...]
    language: Language


@dataclass(frozen=True)
class Thresholds:
    """When to answer, set on held-out questions so that few off-topic ones get an answer.

    `sharpness` turns scores into shares of belief (softmax). An answer needs `answer_share` of all belief and a score
    of `answer_score`; a question is sent on when other schemes hold `redirect_share`; below `offer_score` nothing
    resembles it.
    """

    sharpness: float
    answer_share: float
    answer_score: float
    redirect_share: float
    offer_score: float


WITH_ENCODER = Thresholds(sharpness=2.0, answer_share=0.38, answer_score=-1.2, redirect_share=0.6, offer_score=-2.4)
LEXICAL_ONLY = Thresholds(sharpness=2.75, answer_share=0.35, answer_score=-0.9, redirect_share=0.6, offer_score=-1.75)


class _Models:
    """What a finder has learnt; immutable once built."""

    def __init__(self, catalogue: Catalogue, *, with_encoder: bool) -> None:
        texts, labels = catalogue.examples()
        self.reader = Reader(texts)
        self.lexical = LexicalModel([fold(text) for text in texts], labels)
        self.encoder: EncoderModel | None = encoder_for(catalogue) if with_encoder else None
        self.thresholds = WITH_ENCODER if self.encoder else LEXICAL_ONLY

    def scores(self, text: str) -> Scores:
        """A score for each entry, for one folded text."""
        found = self.lexical.scores([text])
        if self.encoder:
            found = found + self.encoder.scores([text])
        scores: Scores = found[0]
        return scores


class Finder:
    """Finds topics. Building it costs nothing; the first question, or `warm`, trains it."""

    def __init__(self, catalogue: Catalogue, encoder: Literal["auto"] | None = "auto") -> None:
        """`encoder="auto"` uses the sentence encoder where it runs; None does without."""
        self._catalogue = catalogue
        self._with_encoder = encoder == "auto"
        self._own = np.array([not entry.redirect for entry in catalogue.entries])
        self._models: _Models | None = None
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Train now rather than at the first question."""
        self._trained()

    @property
    def has_encoder(self) -> bool:
        """Whether the sentence encoder takes part; trains the finder if need be."""
        return self._trained().encoder is not None

    def _trained(self) -> _Models:
        with self._lock:
            if self._models is None:
                self._models = _Models(self._catalogue, with_encoder=self._with_encoder)
            return self._models

    def find(self, query: str) -> Finding:
        """What `query`, any string whatever, asks; never raises. Safe to call from several threads."""
        models = self._trained()
        reading = models.reader.read(query)
        if not any(c.isalnum() for c in reading.text):
            return Finding("unknown", None, (), reading.language)
        kind, topic, candidates = self._decide(models.scores(reading.text), models.thresholds)
        return Finding(kind, topic, candidates, reading.language)

    def _decide(self, scores: Scores, limits: Thresholds) -> tuple[Kind, str | None, tuple[str, ...]]:
        belief = np.exp(limits.sharpness * (scores - scores.max()))
        belief /= belief.sum()
        ranked = [int(place) for place in np.argsort(-scores)]
        ours = [place for place in ranked if self._own[place]][:_OFFERED]
        candidates = tuple(self._catalogue.entries[place].topic for place in ours)
        first = ranked[0]
        if not self._own[first] and belief[~self._own].sum() >= limits.redirect_share:
            return "redirect", self._catalogue.entries[first].topic, ()
        if scores[ours[0]] < limits.offer_score:
            return "unknown", None, ()
        sure = belief[ours[0]] >= limits.answer_share and scores[ours[0]] >= limits.answer_score
        if sure and self._own[first]:
            return "answer", candidates[0], candidates
        return "offer", None, candidates
