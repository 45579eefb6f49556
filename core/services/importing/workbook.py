"""XLSX: the first sheet's rows as text, read as a stream; what Excel has made unreliable becomes a bad cell."""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile, ZipFile

from core.services.importing.gauge import measure
from core.services.importing.table import FORMULA, LONGEST, LOST_DIGITS, WIDEST, BadCell, Cell, FileRefused, as_cell

if TYPE_CHECKING:
    from openpyxl import Workbook


class _ReadCell(Protocol):
    value: object
    data_type: str | None


class Sheet(Protocol):
    """What is used of openpyxl's read-only sheet, which its published types do not know."""

    def iter_rows(self, *, max_col: int) -> Iterator[Sequence[_ReadCell]]:
        """The rows from the first, each of `max_col` cells."""
        ...

    def reset_dimensions(self) -> None:
        """Forget the size that the file claims: it may be wrong."""
        ...


# A spreadsheet's number is exact up to fifteen digits.
_INEXACT = 10**15

# What zipfile, expat and openpyxl raise between them where a workbook is damaged.
_DAMAGED = (
    BadZipFile, zlib.error, ExpatError, ParseError, OSError, EOFError, RuntimeError, NotImplementedError,
    LookupError, ValueError, TypeError, AttributeError,
)  # fmt: skip


@contextmanager
def open_sheet(file: BinaryIO) -> Iterator[tuple[Sheet, int]]:
    """The first sheet of the workbook in `file`, and about how many rows it has.

    Raises FileRefused where it is too large, damaged, or no workbook.
    """
    with warnings.catch_warnings():
        # openpyxl warns of decorations that it does not know; the clerk can do nothing about them.
        warnings.filterwarnings("ignore", module="openpyxl")
        with _damage_named():
            book, length = _opened(file)
        try:
            sheet = cast("Sheet", book.worksheets[0])
            sheet.reset_dimensions()
            yield sheet, length
        finally:
            book.close()


def _opened(file: BinaryIO) -> tuple[Workbook, int]:
    # Loaded here, not with the module: openpyxl takes a fifth of a second.
    from openpyxl import load_workbook

    with ZipFile(file) as archive:
        length = measure(archive)
    book = load_workbook(file, read_only=True)
    if not book.worksheets:
        raise FileRefused("The workbook has no sheet with cells.")
    return book, length


def sheet_rows(sheet: Sheet) -> Iterator[list[Cell]]:
    """Every row of `sheet`, blank and missing ones too. Raises FileRefused where it is damaged or too long."""
    with _damage_named():
        for line, row in enumerate(sheet.iter_rows(max_col=WIDEST), 1):
            if line > LONGEST:
                raise FileRefused(f"The sheet has more than {LONGEST:,} rows: split it, or delete its empty rows.")
            yield [_cell(cell) for cell in row]


@contextmanager
def _damage_named() -> Iterator[None]:
    try:
        yield
    except FileRefused:
        raise
    except _DAMAGED:
        raise FileRefused("The workbook is damaged: open it, save it again as .xlsx, and import that.") from None


def _cell(cell: _ReadCell) -> Cell:
    value, kind = cell.value, cell.data_type
    if kind == "f":
        return BadCell(FORMULA)
    if kind == "e":
        return BadCell("holds an error of the spreadsheet")
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime | date):
        return value.strftime("%Y-%m-%d")
    return as_cell(str(value))


def _number(value: float) -> Cell:
    if abs(value) >= _INEXACT:
        return BadCell(LOST_DIGITS)
    return str(int(value)) if value == int(value) else repr(value)
