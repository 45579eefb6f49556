"""What the summary's keys are called in a language, and its tables made ready to be shown in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

import yaml

from core.domain.contact import Language
from core.services.summary import Table, Value

_PLACE = {Language.ENGLISH: 0, Language.CHINESE: 1}
# Of the two names of a place the one in the other language is left out.
_OTHER_NAME = {Language.ENGLISH: "name", Language.CHINESE: "name_en"}


@dataclass(frozen=True)
class Shown:
    """A table in words: its title, the heads of its columns, and its cells, numbers still numbers. `plotted` is the
    place of the column that a chart shows, None for no chart; `labels` that of the column that names its bars."""

    key: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    plotted: int | None
    labels: int


class Words:
    """Speaks one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def title(self, key: str) -> str:
        """What a table is called."""
        return self._word("titles", key)

    def figure(self, key: str) -> str:
        """What a figure of the head is called."""
        return self._word("figures", key)

    def column(self, key: str) -> str:
        """What a column is called."""
        return self._word("columns", key)

    def phrase(self, key: str, **fields: object) -> str:
        """A sentence of the summary with its fields put in."""
        return self._word("phrases", key).format(**fields)

    def shown(self, table: Table) -> Shown:
        """`table` in words."""
        kept = [place for place, key in enumerate(table.columns) if key != _OTHER_NAME[self.language]]
        columns = [table.columns[place] for place in kept]
        rows = tuple(tuple(self._value(table.columns[place], row[place]) for place in kept) for row in table.rows)
        labels = next((place for place, key in enumerate(columns) if key in {"name", "name_en"}), 0)
        plotted = columns.index(table.plot) if table.plot else None
        heads = tuple(map(self.column, columns))
        return Shown(table.key, self.title(table.key), heads, rows, plotted, labels)

    def _word(self, group: str, key: str) -> str:
        both = _words()[group].get(key)
        return str(both[_PLACE[self.language]]) if both else key

    def _value(self, column: str, value: Value) -> Value:
        known: Mapping[Any, Any] = _words()["values"].get(column, {})
        return str(known[value][_PLACE[self.language]]) if value in known else value


def in_figures(value: Value) -> str:
    """A value as it is printed: thousands grouped, a withheld or unknown one as a dash."""
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int | Decimal) else value


@cache
def _words() -> Mapping[str, Any]:
    text = resources.files("desk.summaries").joinpath("words.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = yaml.safe_load(text)
    return loaded
