"""The summary as one HTML page to print: everything is in the file, and nothing is loaded from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

from jinja2 import Environment, StrictUndefined

from core.services.summary import Summary
from desk.summaries.text import audit_line, head_lines
from desk.summaries.words import Shown, Words, in_figures


@dataclass(frozen=True)
class Bar:
    """One bar of a plot: what it stands for, its number as printed, and its length from 0 to 100."""

    label: str
    number: str
    length: float


def as_page(summary: Summary, words: Words) -> str:
    """The page's HTML."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["in_figures"] = in_figures
    template = resources.files("desk.summaries").joinpath("page.html").read_text(encoding="utf-8")
    title, *head = [line for line in head_lines(summary, words) if line]
    tables = [(shown, _bars(shown)) for shown in map(words.shown, summary.tables)]
    audit = audit_line(summary, words)
    return environment.from_string(template).render(
        language=str(words.language), title=title, head=[line for line in head if line != audit], audit=audit,
        tables=tables, nothing=words.phrase("none"),
    )  # fmt: skip


def _bars(shown: Shown) -> list[Bar]:
    if shown.plotted is None:
        return []
    numbered = [(str(row[shown.labels]), value) for row in shown.rows if (value := row[shown.plotted])]
    longest = max((float(value) for _label, value in numbered), default=0.0)
    return [Bar(label, in_figures(value), round(100 * float(value) / longest, 2)) for label, value in numbered]
