"""The villages that a sender may mean: those of the persons whom he serves, or all, township by township."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from core.domain.area import Area, Level
from core.domain.person import Person


@dataclass(frozen=True)
class Place:
    """An area by its id and its names; `name_en` may be empty."""

    id: int
    name: str
    name_en: str


_NAMED = select(Area.id, Area.name, Area.name_en)


def villages_of(session: Session, person_ids: Iterable[int]) -> list[Place]:
    """The villages of these persons, each once, by code."""
    lived_in = select(Person.area_id).where(Person.id.in_(list(person_ids)))
    return _places(session, _NAMED.where(Area.id.in_(lived_in)))


def townships(session: Session) -> list[Place]:
    """The townships and sub-district offices that have villages, by code."""
    village = aliased(Area)
    parents = select(village.parent_id).where(village.level == Level.VILLAGE)
    return _places(session, _NAMED.where(Area.id.in_(parents)))


def villages_in(session: Session, township_id: int) -> list[Place]:
    """The villages and neighbourhood committees of one township or office, by code."""
    return _places(session, _NAMED.where(Area.parent_id == township_id, Area.level == Level.VILLAGE))


def place(session: Session, area_id: int) -> Place:
    """The area with that id, which must exist."""
    return _places(session, _NAMED.where(Area.id == area_id))[0]


def _places(session: Session, query: Select[int, str, str]) -> list[Place]:
    return [Place(*row) for row in session.execute(query.order_by(Area.code))]
