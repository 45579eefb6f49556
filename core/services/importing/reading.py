"""Opening the office's file: what kind it is by its content, its header matched, its rows one by one."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core.services.importing.delimited import delimited_rows
from core.services.importing.table import Cell, FileRefused, Header, Layout, Row

LARGEST = 64 << 20
_ZIP = b"PK\x03\x04"
# The container of .xls, of WPS's .et, and of any workbook with a password.
_OLD = bytes.fromhex("d0cf11e0a1b11ae1")


@dataclass(frozen=True)
class Table:
    """An open file: `rows` are those below the header that hold anything; `done` is the part read, from 0 to 1."""

    rows: Iterator[Row]
    done: Callable[[], float]


@contextmanager
def open_table(path: Path, layout: Layout) -> Iterator[Table]:
    """The table in `path`, CSV or XLSX. Raises FileRefused, here or while its rows are read."""
    try:
        file = path.open("rb")
    except OSError:
        raise FileRefused("The file cannot be opened.") from None
    with file:
        size = os.fstat(file.fileno()).st_size
        if size > LARGEST:
            raise FileRefused(f"The file is larger than {LARGEST >> 20} MB: split it.")
        start = file.read(len(_OLD))
        file.seek(0)
        if start == _OLD:
            raise FileRefused("The file is an old .xls, or has a password: save it as .xlsx without a password.")
        if start.startswith(_ZIP):
            with _sheet(file, layout) as table:
                yield table
        else:
            with closing(delimited_rows(file)) as rows:
                yield Table(_below_header(rows, layout), lambda: file.tell() / max(size, 1))


@contextmanager
def _sheet(file: BinaryIO, layout: Layout) -> Iterator[Table]:
    # Loaded only for a workbook: a CSV need not wait for openpyxl.
    from core.services.importing.workbook import open_sheet, sheet_rows

    with open_sheet(file) as (sheet, length):
        line = 0

        def counted() -> Generator[list[Cell], None, None]:
            nonlocal line
            for row in sheet_rows(sheet):
                line += 1
                yield row

        with closing(counted()) as rows:
            yield Table(_below_header(rows, layout), lambda: min(line / max(length, 1), 1.0))


def _below_header(rows: Iterator[list[Cell]], layout: Layout) -> Iterator[Row]:
    header = Header.matched(next(rows, []), layout)
    return (Row(line, header, cells) for line, cells in enumerate(rows, 2) if any(cells))
