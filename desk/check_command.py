"""`jiangfu check`: eligibility cases from a file."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command()
@click.option(
    "--cases", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="One JSON case a line."
)
def check(cases: Path) -> None:
    """Judge eligibility cases (id, as_of, facts) and print a JSON line each: id, eligible, failed, uncertain.

    Example: jiangfu check --cases cases.jsonl
    """
    from desk.check import run

    malformed = 0
    with cases.open(encoding="utf-8-sig") as lines:
        for answer in run(lines):
            click.echo(answer.text)
            malformed += answer.malformed
    if malformed:
        click.echo(f"{malformed} cases could not be read; each is named above.", err=True)
        sys.exit(1)
