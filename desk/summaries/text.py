"""The summary as plain text, in the order of the district's own report, and as JSON."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from decimal import Decimal

from core.domain.contact import Language
from core.services.summary import Summary, cut
from desk.summaries.figures import figures
from desk.summaries.words import Shown, Words, in_figures

_EXACT = Decimal("0.000001")


def as_json(summary: Summary) -> str:
    """One object: the figures by their keys, and each table under its own as a list of objects."""
    tables = {table.key: [dict(zip(table.columns, row, strict=True)) for row in table.rows] for table in summary.tables}
    return json.dumps(figures(summary) | tables, ensure_ascii=False, indent=2, default=float)


def as_text(summary: Summary, words: Words) -> str:
    """The head, then each table under its title."""
    return "\n".join((*head_lines(summary, words), *_tables(summary, words))) + "\n"


def head_lines(summary: Summary, words: Words) -> Iterator[str]:
    """What the district's report begins with: who was confirmed, of how many, where, and what was paid."""
    place = summary.district
    name = place.name if words.language is Language.CHINESE else place.name_en or place.name
    yield words.phrase("title", year=summary.year, district=name)
    yield words.phrase("as_of", as_of=summary.as_of.isoformat())
    yield ""
    by_area = words.shown(summary.table("confirmed_by_area"))
    counted = [row for row in by_area.rows if row[by_area.plotted or 0]]
    yield _confirmed(summary, words) + words.phrase("of_which" if counted else "full_stop")
    yield from _aligned([[str(row[by_area.labels]), in_figures(row[by_area.plotted or 0])] for row in counted])
    yield _paid(summary, words)
    yield audit_line(summary, words)


def audit_line(summary: Summary, words: Words) -> str:
    """The head of the audit trail, so that a printed summary vouches for it."""
    head = summary.audit_head
    if head is None:
        return words.phrase("no_audit")
    return words.phrase("audit", sequence=head.sequence, link=head.link.hex(), at=head.at.isoformat(timespec="seconds"))


def _confirmed(summary: Summary, words: Words) -> str:
    said = {"people": summary.confirmed, "year": summary.year}
    if summary.per_mille is None or summary.per_mille_exact is None:
        return words.phrase("confirmed_only", **said)
    exact = f"{summary.per_mille_exact.quantize(_EXACT).normalize():f}"
    population = in_figures(summary.population)
    return words.phrase("confirmed", **said, per_mille=summary.per_mille, exact=exact, population=population)


def _paid(summary: Summary, words: Words) -> str:
    paid = summary.payments
    if not paid.due:
        return words.phrase("nothing_due")
    return words.phrase(
        "paid",
        paid=in_figures(paid.paid),
        due=in_figures(paid.due),
        people_rate=_rate(paid.paid, paid.due),
        yuan_paid=in_figures(paid.yuan_paid),
        yuan_due=in_figures(paid.yuan_due),
        yuan_rate=_rate(paid.yuan_paid, paid.yuan_due),
    )


def _rate(part: int, whole: int) -> str:
    return f"{cut(part, whole, 100).normalize():f}"


def _tables(summary: Summary, words: Words) -> Iterator[str]:
    for table in summary.tables:
        shown = words.shown(table)
        yield from ("", shown.title)
        yield from _aligned(_cells(shown)) if shown.rows else (f"  {words.phrase('none')}",)


def _cells(shown: Shown) -> list[list[str]]:
    return [list(shown.heads), *([in_figures(value) for value in row] for row in shown.rows)]


def _aligned(rows: list[list[str]]) -> Iterator[str]:
    """Columns as wide as their widest cell, those of numbers to the right."""
    columns = [_column(cells) for cells in zip(*rows, strict=True)]
    yield from ("  " + "  ".join(row).rstrip() for row in zip(*columns, strict=True))


def _column(cells: tuple[str, ...]) -> list[str]:
    width = max(map(_width, cells))
    gaps = [" " * (width - _width(cell)) for cell in cells]
    is_number = all(cell[-1:].isdigit() or cell == "–" for cell in cells[1:])
    return [gap + cell if is_number else cell + gap for gap, cell in zip(gaps, cells, strict=True)]


def _width(text: str) -> int:
    # A Chinese character takes two places in a terminal.
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
