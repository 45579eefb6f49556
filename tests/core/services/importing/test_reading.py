"""Reading files: every way in which the office's programs write a table, and what is refused in a sentence."""

from __future__ import annotations

import codecs
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from core.services.importing import gauge, reading, table
from core.services.importing.reading import open_table
from core.services.importing.table import BadCell, Cell, Column, FileRefused
from tests.core.services.importing.invented import as_bytes, xlsx_file

LAYOUT = (Column("code", ("编码", "代码")), Column("name", ("名称",)), Column("name_en", ("英文名称",), required=False))
LINES = [["编码", "名称"], ["01", "甲村"], ["02", "乙村"]]


def rows(path: Path) -> list[tuple[int, Cell | None, Cell | None]]:
    """Line, code and name of every row of the file."""
    with open_table(path, LAYOUT) as opened:
        return [(row.line, row.cell("code"), row.cell("name")) for row in opened.rows]


def written(path: Path, content: bytes) -> Path:
    """A file with this content."""
    path.write_bytes(content)
    return path


ENCODINGS = {
    "UTF-8": as_bytes(LINES),
    "UTF-8 with its mark": codecs.BOM_UTF8 + as_bytes(LINES),
    "GB18030, as Excel writes it in China": as_bytes(LINES, "gb18030"),
    "UTF-16, as Excel's Unicode text": as_bytes(LINES, "utf-16"),
    "UTF-16 the other way round": codecs.BOM_UTF16_BE + as_bytes(LINES, "utf-16-be"),
    "semicolons": as_bytes(LINES).replace(b",", b";"),
    "tabs": as_bytes(LINES).replace(b",", b"\t"),
    "quotation marks": '"编码","名称"\r\n"01","甲村"\r\n"02","乙村"'.encode(),
    "line feeds alone": as_bytes(LINES).replace(b"\r\n", b"\n"),
    "spaces around": "编码 , 名称\n 01,　甲村 \n02 ,乙村\n".encode(),
}


@pytest.mark.parametrize("content", ENCODINGS.values(), ids=ENCODINGS)
def test_ways_to_write_csv(tmp_path: Path, content: bytes) -> None:
    """Each gives the same rows."""
    assert rows(written(tmp_path / "a.csv", content)) == [(2, "01", "甲村"), (3, "02", "乙村")]


@pytest.mark.parametrize(
    "titles", [["code", "name"], ["CODE", " Name "], ["Code", "名称"], ["代 码", "名稱"], ["ｃｏｄｅ", "name"]], ids=str
)
def test_headers(tmp_path: Path, titles: list[str]) -> None:
    """Chinese or English, whatever the case, width, script and spaces."""
    assert rows(written(tmp_path / "a.csv", as_bytes([titles, ["01", "甲村"]]))) == [(2, "01", "甲村")]


def test_lines_are_counted_as_the_clerk_sees_them(tmp_path: Path) -> None:
    """Blank rows count and are passed over; a line break within a cell does not count."""
    content = '编码,名称\n01,"甲\n村"\n\n,\n02,乙村\n'.encode()
    assert rows(written(tmp_path / "a.csv", content)) == [(2, "01", "甲\n村"), (5, "02", "乙村")]
    path = xlsx_file(
        tmp_path / "a.xlsx",
        [{"code": "01", "name": "甲\n村"}, {}, {}, {"code": "02", "name": "乙村"}],
        ("code", "name"),
    )
    assert rows(path) == [(2, "01", "甲\n村"), (5, "02", "乙村")]


def test_a_value_without_a_header_is_seen(tmp_path: Path) -> None:
    """A comma too many shifts the cells; the row is not taken as it stands."""
    with open_table(written(tmp_path / "a.csv", as_bytes([["code", "name"], ["01", "甲", "村"]])), LAYOUT) as opened:
        assert next(opened.rows).stray() == "C"


CELLS: dict[str, tuple[object, Cell]] = {
    "text": ("01", "01"),
    "a whole number": (2026, "2026"),
    "a whole number with a fraction of nothing": (13912345678.0, "13912345678"),
    "a fraction": (9.5, "9.5"),
    "a number that has lost digits": (430602195003120043, BadCell(table.LOST_DIGITS)),
    "a number beyond all": (4.3e17, BadCell(table.LOST_DIGITS)),
    "a date": (date(2026, 3, 12), "2026-03-12"),
    "yes": (True, "yes"),
    "no": (False, "no"),
    "a formula": ("=A1&B1", BadCell(table.FORMULA)),
    "an error": ("#N/A", BadCell("holds an error of the spreadsheet")),
    "text that looks like a formula": ("'=A1", BadCell(table.FORMULA)),
}


@pytest.mark.parametrize(("value", "cell"), CELLS.values(), ids=CELLS)
def test_cells_of_a_workbook(tmp_path: Path, value: object, cell: Cell) -> None:
    """Each kind of cell becomes text, or says why it cannot be relied on."""
    path = xlsx_file(tmp_path / "a.xlsx", [{"code": "01", "name": value}], ("code", "name"))
    assert rows(path) == [(2, "01", cell)]


def test_a_workbook_that_claims_a_wrong_size_is_read_in_full(tmp_path: Path) -> None:
    """Some programs write A1 as the size of every sheet."""
    path = xlsx_file(tmp_path / "a.xlsx", [{"code": "01", "name": "甲村"}], ("code", "name"))
    alter(path, lambda xml: xml.replace(b'<dimension ref="A1:B2"', b'<dimension ref="A1"'))
    assert rows(path) == [(2, "01", "甲村")]


def alter(path: Path, change: Callable[[bytes], bytes], part: str = "xl/worksheets/sheet1.xml") -> None:
    """Change one part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert change(parts[part]) != parts[part]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, change(content) if name == part else content)


REFUSED = {
    "an empty file": (b"", "column code (编码) is missing"),
    "a missing column": (as_bytes([["code"], ["01"]]), "column name (名称) is missing"),
    "an unknown column": (as_bytes([["code", "name", "张强"]]), "header of column C is none of: code (编码), name"),
    "a doubled column": (as_bytes([["code", "name", "编码"]]), "header of column C is there twice"),
    "neither UTF-8 nor GB18030": (b"code,name\n\xff\xff,\x80\n", "no text in UTF-8 or GB18030"),
    "not text at all": (b"code,name\n\x00\x01\x02", "no text in UTF-8 or GB18030"),
    "an open quotation mark": (b'code,name\n01,"a\n02,b\n', "line 2: a quotation mark is not closed"),
    "an old workbook": (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "old .xls"),
    "a zip that is no workbook": (b"PK\x03\x04" + b"\0" * 600, "damaged"),
    "a line without end": (b"code,name\n" + b"a" * (1 << 20), "longer than any table"),
}


@pytest.mark.parametrize(("content", "sentence"), REFUSED.values(), ids=REFUSED)
def test_refused_in_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    """What is no table, or not this one, is said in one line that repeats no content."""
    with pytest.raises(FileRefused) as refused:
        rows(written(tmp_path / "a.csv", content))
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "张强" not in str(refused.value)


def test_a_file_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused before anything is read."""
    monkeypatch.setattr(reading, "LARGEST", 10)
    with pytest.raises(FileRefused, match="larger than"):
        rows(written(tmp_path / "a.csv", as_bytes(LINES)))


def test_more_lines_than_a_table_may_have(tmp_path: Path) -> None:
    """CSV: reading stops there."""
    with pytest.raises(FileRefused, match="more than 200,000 lines"):
        rows(written(tmp_path / "a.csv", b"code,name\n" + b"01,a\n" * table.LONGEST))


SHEET = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
END = b"</sheetData></worksheet>"
BOMBS = {
    "a million blank rows": SHEET + b"<row/>" * 1_000_000 + END,
    "a row of a million cells": SHEET + b"<row>" + b"<c/>" * 1_000_000 + b"</row>" + END,
    "a cell of ten million characters": SHEET
    + b"<row><c t='inlineStr'><is><t>"
    + b" " * 10**7
    + b"</t></is></c></row>"
    + END,
    "entities": b"<!DOCTYPE a [<!ENTITY b 'bbbb'>]>" + SHEET + b"<row><c><v>&b;</v></c></row>" + END,
}


@pytest.mark.parametrize("xml", BOMBS.values(), ids=BOMBS)
def test_a_workbook_that_would_burst(tmp_path: Path, xml: bytes) -> None:
    """A small file that unpacks to something huge is refused while it is still being measured."""
    path = xlsx_file(tmp_path / "a.xlsx", [])
    alter(path, lambda _old: xml)
    with pytest.raises(FileRefused, match="larger than 200,000 rows, or damaged"):
        rows(path)


@pytest.mark.parametrize("limit", ["UNPACKED", "OTHER_PARTS"])
def test_a_workbook_that_unpacks_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    """What its directory declares is enough to refuse it."""
    monkeypatch.setattr(gauge, limit, 1000)
    with pytest.raises(FileRefused, match="larger than 200,000 rows"):
        rows(xlsx_file(tmp_path / "a.xlsx", []))


def test_a_row_number_out_of_this_world(tmp_path: Path) -> None:
    """Two rows, the second numbered a billion: reading stops at the limit."""
    path = xlsx_file(tmp_path / "a.xlsx", [{"code": "01", "name": "a"}], ("code", "name"))
    alter(path, lambda xml: xml.replace(b'r="2"', b'r="1000000000"').replace(b'"A2"', b'"A1000000000"'))
    with pytest.raises(FileRefused, match="more than 200,000 rows"):
        rows(path)


def test_damage_anywhere_is_named(tmp_path: Path) -> None:
    """Whichever byte of a workbook is lost, there is a sentence or a table, never a crash."""
    path = xlsx_file(tmp_path / "a.xlsx", [{"code": "01", "name": "甲村"}], ("code", "name"))
    whole = path.read_bytes()
    refused = 0
    for place in range(4, len(whole), 37):
        try:
            rows(written(path, whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]))
        except FileRefused:
            refused += 1
    assert refused > 50


def test_the_first_sheet_is_read(tmp_path: Path) -> None:
    """Other sheets hold what they like."""
    book = openpyxl.Workbook()
    book.active.append(["code", "name"])
    book.active.append(["01", "甲村"])
    book.create_sheet("说明").append(["别的"])
    book.save(tmp_path / "a.xlsx")
    assert rows(tmp_path / "a.xlsx") == [(2, "01", "甲村")]


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_how_far_it_is(tmp_path: Path, name: str) -> None:
    """The part done rises to all of it."""
    path = tmp_path / name
    lines = [{"code": str(number), "name": "甲村"} for number in range(3000)]
    if name == "a.csv":
        written(path, as_bytes([["code", "name"], *(list(line.values()) for line in lines)]))
    else:
        xlsx_file(path, lines, ("code", "name"))
    with open_table(path, LAYOUT) as opened:
        parts = [opened.done() for _row in opened.rows]
    assert parts == sorted(parts)
    assert parts[0] < 1
    assert parts[-1] > 0.99
