"""Judging cases line by line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from desk.check import run
from tests.core.policy.cases import GOOD, PILOT_DAY


def answers(*lines: str) -> list[dict[str, Any]]:
    """What is printed for `lines`, read back."""
    return [json.loads(answer.text) for answer in run(lines)]


def test_a_case_is_answered_by_four_keys() -> None:
    """Id, verdict, codes, doubt; nothing else."""
    good = {"id": "a", "as_of": PILOT_DAY, "facts": GOOD}
    young = {"id": 2, "as_of": PILOT_DAY, "facts": {**GOOD, "birth_date": "1960-01-01", "alive": None}}
    unknown = {"id": "c", "as_of": PILOT_DAY, "facts": {}}
    assert answers(*map(json.dumps, (good, young, unknown))) == [
        {"id": "a", "eligible": True, "failed": [], "uncertain": False},
        {"id": 2, "eligible": False, "failed": ["under_60"], "uncertain": False},
        {"id": "c", "eligible": None, "failed": [], "uncertain": False},
    ]


@pytest.mark.parametrize(
    ("line", "case_id", "error"),
    [
        ("not json", None, "the line is not JSON"),
        ("[" * 100_000, None, "the line is not JSON"),
        ("[1]", None, "the case must be an object with id, as_of and facts"),
        ('{"as_of": "2010-01-01", "facts": {}}', None, "id must be given, as text or a whole number"),
        ('{"id": [1], "as_of": "2010-01-01", "facts": {}}', None, "id must be given, as text or a whole number"),
        ('{"id": 7, "facts": {}}', 7, "as_of must be given, written YYYY-MM-DD"),
        ('{"id": 7, "as_of": "2010", "facts": {}}', 7, "as_of must be a date that exists, written YYYY-MM-DD"),
        ('{"id": 7, "as_of": "2010-01-01"}', 7, "facts must be an object"),
        ('{"id": 7, "as_of": "2010-01-01", "facts": {"alive": 3}}', 7, "alive must be true or false"),
    ],
)
def test_a_malformed_line_is_answered_by_one_sentence(line: str, case_id: int | None, error: str) -> None:
    """And the caller can tell that it was malformed."""
    [answer] = run([line])
    assert answer.malformed
    assert json.loads(answer.text) == {"id": case_id, "error": error}


def test_blank_lines_and_a_byte_order_mark_do_no_harm() -> None:
    """As spreadsheets and editors leave them; one bad line does not stop the rest."""
    case = json.dumps({"id": "甲", "as_of": PILOT_DAY, "facts": GOOD})
    results = list(run(["\ufeff" + case, "\n", "{", "  " + case + "\r\n"]))
    assert [result.malformed for result in results] == [False, True, False]
    assert json.loads(results[0].text)["id"] == "甲"
