"""Invented people and the files that name them: nobody has these numbers, but their check characters are right."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from stdnum.cn import ric

HEADER = ("ref", "name", "id_number", "phone", "area", "stage", "year", "language", "home_visit", "reason")
_NAMES = "秀英桂兰玉梅建国志强德胜福生"


def id_number(serial: int = 0, born: str = "19500312", place: str = "430602") -> str:
    """The ID number of the person with that serial number among those born on that day and place."""
    stem = f"{place}{born}{serial % 1000:03}"
    return stem + ric.calc_check_digit(stem + "0")


def person(serial: int = 0, **cells: object) -> dict[str, object]:
    """A good row of applicants, with `cells` put in."""
    born = f"{1930 + serial // 1000 % 30}0312"
    good = {
        "name": "王" + _NAMES[serial % 14] + _NAMES[serial // 14 % 14],
        "id_number": id_number(serial, born),
        "phone": f"138{serial:08}",
        "area": "V1",
        "stage": "declared",
        "year": 2026,
    }
    return {**good, **cells}


def people(count: int) -> Iterator[dict[str, object]]:
    """That many good rows."""
    return (person(serial) for serial in range(count))


def csv_file(
    path: Path,
    rows: Iterable[dict[str, Any]],
    header: Sequence[str] = HEADER,
    encoding: str = "utf-8",
    delimiter: str = ",",
    titles: Sequence[str] = (),
) -> Path:
    """A CSV file of `rows`; `titles` are what the first line says where that is not `header`."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(titles or header)
        writer.writerows([row.get(column, "") for column in header] for row in rows)
    return path


def xlsx_file(path: Path, rows: Iterable[dict[str, Any]], header: Sequence[str] = HEADER) -> Path:
    """A workbook of `rows`, whose values become text, numbers, dates or formulas as they are."""
    book = openpyxl.Workbook()
    book.active.append(header)
    for row in rows:
        book.active.append([row.get(column) for column in header])
    book.save(path)
    return path


def as_bytes(lines: Sequence[Sequence[object]], encoding: str = "utf-8") -> bytes:
    """`lines` as CSV in memory."""
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue().encode(encoding)
