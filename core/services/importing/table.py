"""A table as the office writes it: which columns it may have, in which language, and its rows by column."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import JiangfuError
from core.text import fold

WIDEST = 26
LONGEST = 200_000

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class FileRefused(JiangfuError):
    """The file cannot be read as a table."""


@dataclass(frozen=True)
class Column:
    """A column: its key is its English header; the Chinese one and its everyday variants are taken too."""

    key: str
    chinese: tuple[str, ...]
    required: bool = True


Layout = Sequence[Column]


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that holds nothing to be relied on, and why."""

    reason: str


Cell = str | BadCell


@dataclass(frozen=True)
class Header:
    """Where each column of the layout stands in the file, and how the file writes it."""

    positions: Mapping[str, int]
    written: Mapping[str, str]

    @classmethod
    def matched(cls, cells: Sequence[Cell], layout: Layout) -> Header:
        """The header in `cells`. Raises FileRefused where a column is unknown, doubled or missing.

        An unknown one is named by its place alone: in a file without a header it would be somebody's name.
        """
        names = {_plain(name): column.key for column in layout for name in (column.key, *column.chinese)}
        positions: dict[str, int] = {}
        written: dict[str, str] = {}
        for place, cell in enumerate(cells):
            if cell == "":
                continue
            key = names.get(_plain(cell)) if isinstance(cell, str) else None
            if key is None or key in positions:
                fault = "is none of" if key is None else "is there twice; the columns are"
                known = ", ".join(f"{column.key} ({column.chinese[0]})" for column in layout)
                raise FileRefused(f"line 1: the header of column {letter(place)} {fault}: {known}.")
            positions[key], written[key] = place, str(cell)
        for column in layout:
            if column.required and column.key not in positions:
                raise FileRefused(f"line 1: the column {column.key} ({column.chinese[0]}) is missing.")
        return cls(positions, written)


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the header. `line` is its number as the clerk's program shows it: the header is line 1."""

    line: int
    header: Header
    cells: Sequence[Cell]

    def cell(self, column: str) -> Cell | None:
        """The cell of `column`: '' where it is empty, None where the file has no such column."""
        place = self.header.positions.get(column)
        if place is None:
            return None
        return self.cells[place] if place < len(self.cells) else ""

    def stray(self) -> str:
        """The letter of the first column that has a value here and no header; '' if there is none."""
        headed = set(self.header.positions.values())
        return next((letter(place) for place, cell in enumerate(self.cells) if cell and place not in headed), "")


def letter(place: int) -> str:
    """What a spreadsheet calls the column at `place` (from 0)."""
    return _LETTERS[place] if place < WIDEST else f"number {place + 1}"


# What spreadsheets make of a long number, as text: 4.30602E+17.
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+\d+", re.ASCII | re.IGNORECASE)

LOST_DIGITS = "was kept as a number, which loses digits: format the column as text and enter it again"
FORMULA = "holds a formula: paste it as a value"

# Invisible marks that come along when a number is copied from a contact list or a web page.
_INVISIBLE = dict.fromkeys((*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF))


def as_cell(text: str) -> Cell:
    """`text` without what is around it or unseen; a BadCell where a spreadsheet's arithmetic is left in it."""
    plain = text if text.isascii() else text.translate(_INVISIBLE)
    plain = plain.strip().removeprefix("'")
    if plain.startswith("="):
        return BadCell(FORMULA)
    return BadCell(LOST_DIGITS) if _SCIENTIFIC.fullmatch(plain) else plain


def _plain(header: str) -> str:
    return re.sub(r"[\s_]", "", fold(header))
