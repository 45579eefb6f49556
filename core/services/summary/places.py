"""The places of the summary: the district, and its townships and sub-district offices, between which people are
counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from core.domain.area import Area, Level
from core.domain.person import Person
from core.errors import NotFound

# How a place stands in a row; the tables that go by place begin with these.
COLUMNS = ("code", "name", "name_en")
MIDDLE = (Level.TOWNSHIP, Level.OFFICE)
_village = aliased(Area)


@dataclass(frozen=True)
class Place:
    """A place, and its agricultural population where that is recorded."""

    id: int
    code: str
    name: str
    name_en: str
    population: int | None

    @property
    def cells(self) -> tuple[str, str, str]:
        """As `COLUMNS`; the Chinese name where there is no English one."""
        return self.code, self.name, self.name_en or self.name


def district(session: Session) -> Place:
    """The district, with the sum of its parts as population where it has none of its own. Raises NotFound."""
    found = session.execute(_places().where(Area.level == Level.DISTRICT).order_by(Area.id).limit(1)).first()
    if found is None:
        raise NotFound("There is no district to sum up: import the areas first.")
    place = Place(*found)
    if place.population is not None:
        return place
    parts = [part.population for part in townships(session) if part.population is not None]
    return Place(place.id, place.code, place.name, place.name_en, sum(parts) if parts else None)


def townships(session: Session) -> Sequence[Place]:
    """The townships and sub-district offices, by code."""
    return [Place(*row) for row in session.execute(_places().where(Area.level.in_(MIDDLE)).order_by(Area.code))]


def people_by_township(session: Session, *who: ColumnElement[bool]) -> dict[int | None, int]:
    """How many persons fulfil `who`, by the id of the township or office of their village."""
    query = (
        select(_village.parent_id, func.count())
        .select_from(Person)
        .join(_village, _village.id == Person.area_id)
        .where(*who)
        .group_by(_village.parent_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _places() -> Select[int, str, str, str, int | None]:
    return select(Area.id, Area.code, Area.name, Area.name_en, Area.agricultural_population)
