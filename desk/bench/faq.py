"""How well policy questions are found, beside BM25 over words: hits, false answers and time a question."""

from __future__ import annotations

import json
import statistics
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from core.faq import Catalogue, Finder, Finding, load_catalogue
from core.text import fold

OFF_TOPIC = "none"


@dataclass(frozen=True)
class Question:
    """One line of a query file; `right` is empty for an off-topic question."""

    text: str
    right: frozenset[str]
    language: str
    style: str | None


def read_questions(path: Path) -> list[Question]:
    """JSON lines with `query`, `topic` ("none" for off-topic) and, if wanted, `also`, `lang`, `style`."""
    questions = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip():
            continue
        raw = json.loads(line)
        right = {raw["topic"], *raw.get("also", [])} - {OFF_TOPIC}
        guessed = "en" if raw["query"].isascii() else "zh"
        questions.append(Question(raw["query"], frozenset(right), raw.get("lang", guessed), raw.get("style")))
    return questions


def bm25_finder(catalogue: Catalogue, *, plain: bool = False) -> Callable[[str], Finding]:
    """The baseline: BM25 (Okapi) over jieba's words, one document a topic, answering whenever the score is above 0.

    A topic's document is its question, its answer and its phrasings in both languages, redirect topics included
    (finding one is no answer): all that our finder has, so that the ratio is the method's merit alone. `plain` leaves
    the phrasings and the redirect topics out: what a ready-made search over the questions and answers would do.
    """
    from rank_bm25 import BM25Okapi

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba's regular expressions are not raw strings
        import jieba

    jieba.setLogLevel("WARNING")

    def words(text: str) -> list[str]:
        return [word for word in jieba.lcut(fold(text)) if word.strip()]

    entries = [entry for entry in catalogue.entries if not (plain and entry.redirect)]
    index = BM25Okapi(
        [words("\n".join((*e.question.values(), *e.answer.values(), *(() if plain else e.phrasings)))) for e in entries]
    )
    redirects = {entry.topic for entry in entries if entry.redirect}

    def find(query: str) -> Finding:
        scores = index.get_scores(words(query))
        ranked = [entries[i].topic for i in scores.argsort()[::-1]]
        if scores.max() <= 0:
            return Finding("unknown", None, (), "zh")
        if ranked[0] in redirects:
            return Finding("redirect", ranked[0], (), "zh")
        ours = tuple(topic for topic in ranked if topic not in redirects)[:3]
        return Finding("answer", ours[0], ours, "zh")

    return find


@dataclass(frozen=True)
class Outcome:
    """A question, what was found for it, and the milliseconds it took."""

    question: Question
    finding: Finding
    ms: float

    @property
    def first_right(self) -> bool:
        return self.finding.candidates[:1] != () and self.finding.candidates[0] in self.question.right

    @property
    def hit1(self) -> bool:
        return self.finding.kind == "answer" and self.first_right

    @property
    def hit3(self) -> bool:
        return bool(self.question.right.intersection(self.finding.candidates))


def ask_all(find: Callable[[str], Finding], questions: Iterable[Question]) -> list[Outcome]:
    """Every question put to `find`, timed one by one."""
    outcomes = []
    for question in questions:
        start = time.perf_counter()
        finding = find(question.text)
        outcomes.append(Outcome(question, finding, (time.perf_counter() - start) * 1000))
    return outcomes


def _share(flags: Iterable[bool]) -> float | None:
    values = list(flags)
    return round(sum(values) / len(values), 4) if values else None


def measures(outcomes: list[Outcome]) -> dict[str, float | None]:
    """Shares from 0 to 1, None where there is nothing to share.

    `hit1`: answered, and with a right topic; `hit1_any`: the first candidate is right, answered or offered; `hit3`: a
    right topic is among the three answered or offered. Of the off-topic: `false_answers`, `false_offers`.
    """
    on_topic = [o for o in outcomes if o.question.right]
    off_topic = [o for o in outcomes if not o.question.right]
    return {
        "hit1": _share(o.hit1 for o in on_topic),
        "hit1_any": _share(o.first_right for o in on_topic),
        "hit3": _share(o.hit3 for o in on_topic),
        "false_answers": _share(o.finding.kind == "answer" for o in off_topic),
        "false_offers": _share(o.finding.kind == "offer" for o in off_topic),
    }


def _grouped(outcomes: list[Outcome], key: Callable[[Question], str | None]) -> dict[str, dict[str, object]]:
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        name = key(outcome.question)
        if name is not None:
            groups[name].append(outcome)
    return {
        name: {"n": len(group), **{k: v for k, v in measures(group).items() if v is not None}}
        for name, group in sorted(groups.items())
    }


def _timed(find: Callable[[str], Finding], questions: list[Question]) -> tuple[list[Outcome], dict[str, object]]:
    find("warm")
    outcomes = ask_all(find, questions)
    p50 = round(statistics.median(o.ms for o in outcomes), 2)
    return outcomes, {**measures(outcomes), "p50_ms": p50}


def run(queries: Path) -> dict[str, object]:
    """Put every line of `queries` to our finder and to BM25; `ratio` is ours over its `hit1` (more is better).

    Raises OSError where the file can't be read, ValueError or KeyError where a line is malformed, ValueError where
    the file has no line.
    """
    questions = read_questions(queries)
    if not questions:
        raise ValueError("the query file has no line")
    catalogue = load_catalogue()
    finder = Finder(catalogue)
    outcomes, ours = _timed(finder.find, questions)
    _, baseline = _timed(bm25_finder(catalogue), questions)
    _, plain = _timed(bm25_finder(catalogue, plain=True), questions)
    first, second = ours["hit1"], baseline["hit1"]
    comparable = isinstance(first, float) and isinstance(second, float) and second > 0
    return {
        "name": "faq",
        "ours": first,
        "baseline": second,
        "ratio": round(first / second, 3) if comparable else None,  # type: ignore[operator]
        **ours,
        "encoder": finder.has_encoder,
        "by_style": _grouped(outcomes, lambda q: q.style),
        "by_lang": _grouped(outcomes, lambda q: q.language),
        "bm25": baseline,
        "bm25_plain": plain,
    }
