"""Measures a workbook before it is opened: openpyxl builds objects of whole rows and tables, this only counts them.

A workbook is a zip of XML; a few kilobytes can hold a million rows, or one row of a million cells.
"""

from __future__ import annotations

from typing import IO
from xml.parsers import expat
from zipfile import ZipFile, ZipInfo

from core.services.importing.table import LONGEST, FileRefused

# 200,000 rows of ten cells unpack to about 150 MB.
UNPACKED = 256 << 20
# What is neither a sheet nor the table of strings is read as one piece.
OTHER_PARTS = 8 << 20
STRINGS = 10 * LONGEST
ELEMENTS_IN_ROW = 4096
_CHUNK = 1 << 16
# A cell holds at most 32,767 characters, however they are written.
QUIET_CHUNKS = 8

_TOO_LARGE = (
    f"The workbook is larger than {LONGEST:,} rows, or damaged: delete the empty rows below the table "
    "and other sheets, or save it as CSV UTF-8."
)


def measure(archive: ZipFile) -> int:
    """The most rows that a sheet of the workbook has.

    Raises FileRefused where opening it would take more memory than a table of LONGEST rows may.
    """
    parts = archive.infolist()
    if sum(part.file_size for part in parts) > UNPACKED:
        raise FileRefused(_TOO_LARGE)
    streamed = [part for part in parts if part.filename.lower().startswith(("xl/worksheets/sheet", "xl/sharedstrings"))]
    if sum(part.file_size for part in parts if part not in streamed) > OTHER_PARTS:
        raise FileRefused(_TOO_LARGE)
    return max((_rows(archive, part) for part in streamed), default=0)


def _rows(archive: ZipFile, part: ZipInfo) -> int:
    gauge = _Gauge()
    with archive.open(part) as xml:
        gauge.read(xml)
    return gauge.rows


class _Gauge:
    """Counts the rows, the strings, and what is inside each, in constant memory."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.StartDoctypeDeclHandler = self._refuse
        self.rows = self._strings = self._inside = self._elements = 0

    def read(self, xml: IO[bytes]) -> None:
        """Measure the whole of `xml`. Raises FileRefused, or ExpatError where it is no XML."""
        quiet = before = 0
        while chunk := xml.read(_CHUNK):
            self._parser.Parse(chunk)
            quiet = quiet + 1 if self._elements == before else 0
            before = self._elements
            if quiet > QUIET_CHUNKS or self.rows > LONGEST or self._strings > STRINGS:
                self._refuse()
        self._parser.Parse(b"", True)

    def _start(self, name: str, _attributes: object) -> None:
        self._elements += 1
        self._inside += 1
        if name.endswith(" row"):
            self.rows += 1
            self._inside = 0
        elif name.endswith(" si"):
            self._strings += 1
            self._inside = 0
        elif self._inside > ELEMENTS_IN_ROW:
            self._refuse()

    def _refuse(self, *_doctype: object) -> None:
        raise FileRefused(_TOO_LARGE)
