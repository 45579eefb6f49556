"""`jiangfu check`: eligibility cases judged line by line, one JSON case in, one JSON answer out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from core.policy.eligibility import judge
from core.policy.facts import Facts
from core.policy.plain_json import MalformedFact, PlainObject


@click.command()
@click.option(
    "--cases", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="One JSON case a line."
)
def check(cases: Path) -> None:
    """Judge eligibility cases (id, as_of, facts) and print a JSON line each: id, eligible, failed, uncertain.

    Example: jiangfu check --cases cases.jsonl
    """
    malformed = 0
    with cases.open(encoding="utf-8-sig") as lines:
        for answer in run(lines):
            click.echo(answer.text)
            malformed += answer.malformed
    if malformed:
        click.echo(f"{malformed} cases could not be read; each is named above.", err=True)
        sys.exit(1)


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of output; `malformed` where it says what was wrong with the case instead of a verdict."""

    text: str
    malformed: bool = False


def run(lines: Iterable[str]) -> Iterator[Answer]:
    """An answer for each case of `lines` (`id`, `as_of`, `facts`; policy-facts §3), as JSON; blank lines are skipped.

    A good case gives `id`, `eligible`, `failed`, `uncertain`; a malformed one gives `id` (or null) and `error`, one
    sentence that names the key and what it may be.
    """
    for line in lines:
        if line.strip("\ufeff \t\r\n"):
            yield _answer(line.strip("\ufeff \t\r\n"))


def _answer(line: str) -> Answer:
    try:
        case = json.loads(line)
    except (ValueError, RecursionError):
        return _refusal(None, "the line is not JSON")
    case_id = case.get("id") if isinstance(case, dict) else None
    if isinstance(case_id, bool) or not isinstance(case_id, str | int):
        case_id = None
    try:
        return Answer(json.dumps(_verdict(case_id, case)))
    except MalformedFact as error:
        return _refusal(case_id, str(error))


def _verdict(case_id: str | int | None, case: object) -> dict[str, object]:
    """The answer's keys and values for a good case; MalformedFact for any other."""
    if not isinstance(case, dict):
        raise MalformedFact("the case", "an object with id, as_of and facts")
    if case_id is None:
        raise MalformedFact("id", "given, as text or a whole number")
    as_of = PlainObject.of(case).day("as_of")
    if as_of is None:
        raise MalformedFact("as_of", "given, written YYYY-MM-DD")
    verdict = judge(Facts.from_json(case.get("facts")), as_of)
    return {
        "id": case_id,
        "eligible": verdict.eligible,
        "failed": list(verdict.failed),
        "uncertain": verdict.uncertain,
    }


def _refusal(case_id: str | int | None, reason: str) -> Answer:
    return Answer(json.dumps({"id": case_id, "error": reason}), malformed=True)
