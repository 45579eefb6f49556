"""Import of areas. The whole file is one transaction: a village may stand above its township in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import Sessions
from core.domain.area import PARENT_LEVELS, Area, Level
from core.services.importing.batches import WHOLE_FILE, OnRow, ignore, run
from core.services.importing.cells import RowReader, Unfit
from core.services.importing.identity import place_code, place_name
from core.services.importing.report import Outcome, Report, RowResult
from core.services.importing.seen import Seen
from core.services.importing.table import Column, Row
from core.services.importing.words import LEVELS, one_of, whole_number

LAYOUT = (
    Column("code", ("编码", "区域编码", "代码")),
    Column("name", ("名称",)),
    Column("level", ("级别",)),
    Column("parent", ("上级", "上级编码")),
    Column("agricultural_population", ("农业人口",), required=False),
    Column("name_en", ("英文名称", "英文名"), required=False),
)

_ORDER = tuple(Level)
_MOST_PEOPLE = 100_000_000
_SAID = ("name", "level", "parent", "agricultural_population", "name_en")


@dataclass(frozen=True, slots=True)
class AreaRow:
    """A row that is fit by itself. What is None is not said: an area that is known keeps it."""

    reader: RowReader
    code: str
    name: str
    level: Level
    parent: str
    population: int | None
    name_en: str | None


def import_areas(rows: Iterable[Row], sessions: Sessions, *, dry_run: bool = False, on_row: OnRow = ignore) -> Report:
    """Create or update the areas in `rows`, found by code. Raises Stopped; then nothing was saved."""
    seen = Seen()

    def save(session: Session, some: Sequence[AreaRow]) -> list[RowResult]:
        known = {area.code: area for area in session.scalars(select(Area))}
        # From the top, so that every parent is there, with its id, before its children.
        in_order = sorted(some, key=lambda row: _ORDER.index(row.level))
        return [_save(session, row, known, seen) for row in in_order]

    return run(rows, _parse, save, sessions, seen=seen, dry_run=dry_run, on_row=on_row, batch=WHOLE_FILE)


def _parse(row: Row) -> AreaRow | RowResult:
    reader = RowReader(row)
    level = reader.required("level", one_of(LEVELS), Level.DISTRICT)
    parsed = AreaRow(
        reader,
        reader.required("code", place_code, ""),
        reader.required("name", place_name, ""),
        level,
        reader.optional("parent", place_code, ""),
        reader.optional("agricultural_population", whole_number(0, _MOST_PEOPLE), None),
        reader.optional("name_en", place_name, None),
    )
    if reader.is_fit and bool(parsed.parent) != bool(PARENT_LEVELS[level]):
        reader.fault(Unfit("is empty" if PARENT_LEVELS[level] else "must be empty: a district has none", "parent"))
    return parsed if reader.is_fit else reader.rejected()


def _save(session: Session, row: AreaRow, known: dict[str, Area], seen: Seen) -> RowResult:
    try:
        return row.reader.result(_placed(session, row, known, seen))
    except Unfit as unfit:
        return row.reader.rejected(unfit)


def _placed(session: Session, row: AreaRow, known: dict[str, Area], seen: Seen) -> Outcome:
    said = (row.name, row.level, row.parent, row.population, row.name_en)
    if earlier := seen.earlier(row.code.encode(), said):
        if earlier.differs is not None:
            raise Unfit(f"line {earlier.line} says otherwise of the same area", _SAID[earlier.differs])
        return Outcome.UNCHANGED
    parent = _parent(row, known)
    area = known.get(row.code)
    if area is not None and area.level is not row.level:
        raise Unfit("differs from the record: an area keeps its level", "level")
    outcome = Outcome.UNCHANGED if area else Outcome.CREATED
    if area is None:
        area = known[row.code] = Area(code=row.code, level=row.level, name_en="")
        session.add(area)
    values = {"name": row.name, "name_en": row.name_en, "agricultural_population": row.population}
    values |= {"parent_id": parent.id if parent else None}
    kept = {"name_en", "agricultural_population"}
    for name, value in values.items():
        if (value is None and name in kept) or getattr(area, name) == value:
            continue
        setattr(area, name, value)
        outcome = outcome if outcome is Outcome.CREATED else Outcome.UPDATED
    session.flush()
    seen.note(row.code.encode(), row.reader.line, said)
    return outcome


def _parent(row: AreaRow, known: dict[str, Area]) -> Area | None:
    if not row.parent:
        return None
    parent = known.get(row.parent)
    if parent is None:
        raise Unfit("is no area of the records or of this file", "parent")
    if parent.level not in PARENT_LEVELS[row.level]:
        levels = " or ".join(level for level in Level if level in PARENT_LEVELS[row.level])
        raise Unfit(f"must be a {levels}", "parent")
    return parent
