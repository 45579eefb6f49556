"""References from a file: one a line, or the column `ref` of a table, such as the one that an import of applicants
writes."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from core.domain.reference import is_reference
from core.services.importing.delimited import delimited_rows
from core.services.importing.table import Cell, FileRefused
from core.text import fold

_HEADERS = ("ref", "编号")


def references_in(path: Path) -> list[str]:
    """The references in `path`, each once, in its order.

    Raises FileRefused, naming the line, where something else stands in the place of one: so that nobody is moved by a
    file that was meant for another purpose.
    """
    try:
        file = path.open("rb")
    except OSError:
        raise FileRefused("The file cannot be opened.") from None
    found: dict[str, None] = {}
    with file, closing(delimited_rows(file)) as rows:
        place = None
        for line, cells in enumerate(rows, 1):
            if not any(cells):
                continue
            if place is None:
                place = _place(cells)
                if place is not None:
                    continue
                place = 0
            cell = cells[place] if place < len(cells) else ""
            if not isinstance(cell, str) or not is_reference(cell):
                raise FileRefused(f"line {line} holds no reference of this line; nobody was moved.")
            found[cell] = None
    return list(found)


def _place(header: list[Cell]) -> int | None:
    places = (place for place, cell in enumerate(header) if isinstance(cell, str) and fold(cell) in _HEADERS)
    return next(places, None)
