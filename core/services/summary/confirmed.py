"""How many were confirmed for the year, and where."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select

from core.domain.application import Application
from core.domain.person import Person
from core.services.recipients import WAS_CONFIRMED
from core.services.summary.places import COLUMNS, people_by_township, townships
from core.services.summary.tables import Scope, Table, Value, cut


def confirmed_by_area(scope: Scope) -> Table:
    """The confirmed of the year by township and office, each per mille of its agricultural population."""
    counts = people_by_township(scope.session, was_confirmed_for(scope.year))
    rows: list[tuple[Value, ...]] = []
    for place in townships(scope.session):
        count = counts.get(place.id, 0)
        per_mille = cut(count, place.population, 1000) if place.population else None
        rows.append((*place.cells, count, place.population, per_mille))
    columns = (*COLUMNS, "confirmed", "agricultural_population", "per_mille")
    return Table("confirmed_by_area", columns, tuple(rows), plot="confirmed")


def people(scope: Scope) -> int:
    """How many were confirmed for the year in all."""
    return scope.session.scalar(select(func.count()).select_from(Person).where(was_confirmed_for(scope.year))) or 0


def was_confirmed_for(year: int) -> ColumnElement[bool]:
    """That a person's application of `year` was confirmed, whatever came after."""
    return (
        select(Application.id)
        .where(Application.person_id == Person.id, Application.year == year, WAS_CONFIRMED)
        .exists()
    )
