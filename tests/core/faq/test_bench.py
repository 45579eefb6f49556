"""The benchmark counts as it says it does."""

import json
from pathlib import Path

import pytest

from core.faq import Finding
from desk.bench.faq import Question, ask_all, measures, read_questions, run

ANSWER = Finding("answer", "amount", ("amount", "fees", "per_person"), "zh")
OFFER = Finding("offer", None, ("fees", "amount"), "zh")
REDIRECT = Finding("redirect", "pension", (), "zh")

CASES = [
    ("answered rightly", ANSWER, {"amount"}, (1.0, 1.0, 1.0, None)),
    ("another topic is as right", ANSWER, {"payment_date", "amount"}, (1.0, 1.0, 1.0, None)),
    ("right topic is third", ANSWER, {"per_person"}, (0.0, 0.0, 1.0, None)),
    ("offered first, not answered", OFFER, {"fees"}, (0.0, 1.0, 1.0, None)),
    ("sent on though ours", REDIRECT, {"amount"}, (0.0, 0.0, 0.0, None)),
    ("off-topic answered", ANSWER, set(), (None, None, None, 1.0)),
    ("off-topic offered", OFFER, set(), (None, None, None, 0.0)),
    ("off-topic sent on", REDIRECT, set(), (None, None, None, 0.0)),
]


@pytest.mark.parametrize(("label", "finding", "right", "expected"), CASES, ids=[row[0] for row in CASES])
def test_measures_count(label: str, finding: Finding, right: set[str], expected: tuple[float | None, ...]) -> None:
    """Only an answer hits at once, an offer hits among three, and only an answer to an off-topic question is false."""
    question = Question("?", frozenset(right), "zh", None)
    result = measures(ask_all(lambda _: finding, [question]))
    assert tuple(result[name] for name in ("hit1", "hit1_any", "hit3", "false_answers")) == expected


def test_lines_are_read(tmp_path: Path) -> None:
    """Off-topic lines have no right topic; `also` adds some; language and style may be missing."""
    lines = [
        {"query": "一年几多钱", "topic": "amount", "also": ["payment_start"], "style": "dialect"},
        {"query": "hello", "topic": "none"},
    ]
    path = tmp_path / "queries.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines) + "\n\n", encoding="utf-8")
    assert read_questions(path) == [
        Question("一年几多钱", frozenset({"amount", "payment_start"}), "zh", "dialect"),
        Question("hello", frozenset(), "en", None),
    ]


def test_run_sets_ours_beside_bm25(tmp_path: Path) -> None:
    """The result is JSON and names both finders, overall and by style."""
    path = tmp_path / "queries.jsonl"
    path.write_text('{"query": "奖扶一年发几多钱啊", "topic": "amount", "style": "dialect"}\n', encoding="utf-8")
    result = json.loads(json.dumps(run(path)))
    assert {"name", "ours", "baseline", "ratio", "hit3", "false_answers", "p50_ms", "encoder", "bm25"} <= set(result)
    assert result["name"] == "faq"
    assert result["by_style"]["dialect"]["n"] == 1


def test_empty_file_is_refused(tmp_path: Path) -> None:
    """Shares of nothing are not invented."""
    path = tmp_path / "queries.jsonl"
    path.write_text("\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no line"):
        run(path)
