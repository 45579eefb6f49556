"""`jiangfu summary`: the year-end summary in the form that is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from desk.office import Office

if TYPE_CHECKING:
    from core.services.summary import Summary

FORMATS = ("text", "json", "xlsx", "html")


@click.command()
@click.argument("year", type=click.IntRange(2004, 2100))
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this file.")
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@click.pass_obj
def summary(office: Office, year: int, form: str, output: Path | None, language: str) -> None:
    """The year-end summary: who was confirmed where, per mille of the agricultural population, what was paid by
    31 July, objections, reports in numbers that cannot point, messages and money, the head of the audit trail.

    \b
    Example: jiangfu summary 2025
             jiangfu summary 2025 --format xlsx -o 2025.xlsx --language zh
    """
    if form == "xlsx" and output is None:
        raise click.UsageError("A workbook goes into a file: name it with -o.")
    content = _in_form(_summarised(office, year), form, language)
    if output is None:
        click.echo(content, nl=False)
    else:
        _write(output, content)
        click.echo(f"The summary of {year} is in {output}.", err=True)


def _summarised(office: Office, year: int) -> Summary:
    from core.db import transaction
    from core.services.summary import summarise

    with transaction(office.sessions) as session:
        return summarise(session, office.vault, year, office.settings.amounts, office.clock.now())


def _in_form(summed: Summary, form: str, language: str) -> bytes:
    from core.domain.contact import Language
    from desk.summaries.words import Words

    words = Words(Language(language))
    if form == "xlsx":
        from desk.summaries.workbook import as_workbook

        return as_workbook(summed, words)
    if form == "html":
        from desk.summaries.page import as_page

        return as_page(summed, words).encode()
    from desk.summaries.text import as_json, as_text

    return (as_json(summed) + "\n" if form == "json" else as_text(summed, words)).encode()


def _write(path: Path, content: bytes) -> None:
    from core.errors import NotAllowed

    try:
        path.write_bytes(content)
    except OSError:
        raise NotAllowed("The file for the summary cannot be written.") from None
