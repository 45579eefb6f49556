"""Whom an officer may look at or correct: a person by reference, of the officer's own area."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.person import Person
from core.domain.staff import Role
from core.errors import NotAllowed, NotFound
from core.services.acting import Actor
from core.services.areas import lies_within

_MAY = frozenset({Role.OFFICER, Role.ADMIN})


def person_of(session: Session, ref: str, actor: Actor) -> Person:
    """The person with `ref`, held until the transaction ends. Raises NotFound; NotAllowed for a role that keeps no
    records, and for somebody of another area."""
    if actor.role not in _MAY:
        raise NotAllowed(f"A {actor.role} may not do this; ask the bureau.")
    person = session.scalars(select(Person).where(Person.ref == ref).with_for_update()).first()
    if person is None:
        raise NotFound(f"{ref}: there is nobody with this reference.")
    if not lies_within(session, person.area_id, actor.area_id):
        raise NotAllowed(f"{ref}: this person's village is not in your area.")
    return person
