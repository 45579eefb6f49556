"""Import of areas: parents in any order, levels that fit, and what is rejected."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.domain.area import Area, Level
from tests.core.services.importing.conftest import Desk
from tests.core.services.importing.invented import csv_file
from tests.engines import on_sqlite

HEADER = ("code", "name", "level", "parent", "agricultural_population", "name_en")
GOOD = {"code": "V3", "name": "丙村", "level": "village", "parent": "T"}


def file(desk: Desk, *rows: dict[str, object]) -> Path:
    """A file of these areas."""
    return csv_file(desk.folder / "areas.csv", rows, HEADER)


def test_children_may_stand_above_their_parents(desk: Desk) -> None:
    """A village before its township before its district; the results come in the file's order."""
    path = file(
        desk,
        {"code": "43", "name": "某村", "level": "村", "parent": "42", "name_en": "Some Village"},
        {"code": "44", "name": "某社区", "level": "居委会", "parent": "45", "agricultural_population": "1,200"},
        {"code": "42", "name": "某镇", "level": "乡/镇", "parent": "41"},
        {"code": "45", "name": "某街道", "level": "街道", "parent": "41"},
        {"code": "41", "name": "另一区", "level": "区/县", "agricultural_population": 64000},
    )
    imported = desk.areas(path)
    assert (imported.counts, imported.said) == ((5, 0, 0, 0), [])
    assert [result.line for result in imported.results] == [2, 3, 4, 5, 6]
    area = {area.code: area for area in desk.all(Area)}
    assert area["43"].parent_id == area["42"].id
    assert area["42"].parent_id == area["45"].parent_id == area["41"].id
    assert (area["44"].level, area["44"].agricultural_population) == (Level.VILLAGE, 1200)
    assert (area["43"].name_en, area["45"].name_en) == ("Some Village", "")
    assert desk.areas(path).counts == (0, 0, 5, 0)


def test_an_update_changes_what_is_said(desk: Desk) -> None:
    """An empty optional cell leaves the record as it is; a village may move to another township."""
    full = GOOD | {"agricultural_population": 900, "name_en": "C"}
    desk.areas(file(desk, full))
    assert desk.areas(file(desk, GOOD | {"parent": "O", "name": "丙社区"})).counts == (0, 1, 0, 0)
    area = desk.all(Area)[-1]
    assert (area.name, area.agricultural_population, area.name_en) == ("丙社区", 900, "C")


BAD = {
    "no code": ({"code": ""}, "code: is empty"),
    "a code with a space": ({"code": "V 3"}, "code: must be a code"),
    "no name": ({"name": ""}, "name: is empty"),
    "a name too long": ({"name": "村" * 65}, "name: must be"),
    "an unknown level": ({"level": "province"}, "level: must be one of"),
    "a village without parent": ({"parent": ""}, "parent: is empty"),
    "a district with a parent": ({"level": "district"}, "parent: must be empty"),
    "an unknown parent": ({"parent": "X"}, "parent: is no area"),
    "its own parent": ({"parent": "V3"}, "parent: is no area"),
    "a village below a district": ({"parent": "D"}, "parent: must be a township or office"),
    "a township below a township": ({"level": "township"}, "parent: must be a district"),
    "another level than on record": ({"code": "O", "level": "township", "parent": "D"}, "level: differs"),
    "a population below nothing": ({"agricultural_population": "-1"}, "agricultural_population: must be"),
    "a population with a fraction": ({"agricultural_population": "9.5"}, "agricultural_population: must be"),
}


@on_sqlite
@pytest.mark.parametrize(("cells", "reason"), BAD.values(), ids=BAD)
def test_bad_cells(desk: Desk, cells: dict[str, object], reason: str) -> None:
    """The row is rejected in one line, the good ones are kept."""
    imported = desk.areas(file(desk, GOOD | {"code": "V4"}, GOOD | cells))
    assert imported.counts == (1, 0, 0, 1)
    assert imported.said[0].startswith(f"line 3, column {reason}")


@on_sqlite
def test_a_child_of_a_rejected_parent_is_rejected(desk: Desk) -> None:
    """It would hang in the air."""
    township = {"code": "T9", "name": "", "level": "township", "parent": "D"}
    assert desk.areas(file(desk, GOOD | {"parent": "T9"}, township)).counts == (0, 0, 0, 2)


@on_sqlite
def test_the_same_code_twice(desk: Desk) -> None:
    """The same again is nothing new; otherwise it is rejected and names the first."""
    imported = desk.areas(file(desk, GOOD, GOOD, GOOD | {"name": "丁村"}))
    assert imported.counts == (1, 0, 1, 1)
    assert imported.said == ["line 4, column name: line 2 says otherwise of the same area"]


def test_a_dry_run_saves_nothing(desk: Desk) -> None:
    """It finds parents within the file and leaves no record."""
    township = {"code": "T9", "name": "丁镇", "level": "township", "parent": "D"}
    assert desk.areas(file(desk, GOOD | {"parent": "T9"}, township), dry_run=True).counts == (2, 0, 0, 0)
    assert len(desk.all(Area)) == 5
