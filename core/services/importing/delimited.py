"""CSV as spreadsheets write it in China: UTF-8 or GB18030 or UTF-16, with comma, semicolon or tab; read as a stream."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Generator, Iterator
from typing import BinaryIO

from core.services.importing.table import LONGEST, Cell, FileRefused, as_cell

_CHUNK = 1 << 16
# A cell holds at most 32,767 characters in a spreadsheet; a line of some, quoted, stays well below this.
_LONGEST_LINE = 1 << 20
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def delimited_rows(file: BinaryIO) -> Generator[list[Cell], None, None]:
    """Every row of `file`, blank ones too, so that counting them gives the clerk's line numbers.

    Raises FileRefused where it is no text, a quotation mark stays open, or it is too long.
    """
    encoding = _encoding(file)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, newline="")
    lines = _lines(text)
    first = next(lines, "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(_chain(first, lines), delimiter=delimiter, strict=True)
    line = 0
    try:
        for line, row in enumerate(reader, 1):
            if line > LONGEST:
                raise FileRefused(f"The file has more than {LONGEST:,} lines: split it.")
            yield [as_cell(cell) for cell in row]
    except csv.Error:
        raise FileRefused(f"line {line + 1}: a quotation mark is not closed, or a cell is too long.") from None
    finally:
        text.detach()


def _encoding(file: BinaryIO) -> str:
    """The encoding that all of `file` is in: as its byte order mark says, else UTF-8, else GB18030."""
    start = file.read(3)
    marked = next((name for mark, name in _MARKS.items() if start.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        if _decodes(file, encoding):
            return encoding
    raise FileRefused("The file is no text in UTF-8 or GB18030: save it again as .xlsx or as CSV UTF-8.")


def _decodes(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while chunk := file.read(_CHUNK):
            if "\0" in decoder.decode(chunk):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE:
            raise FileRefused("A line of the file is longer than any table's: it is no CSV.")
        yield line


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest
