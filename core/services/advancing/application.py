"""Which application a reference means: the person's latest, held until the transaction ends."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.application import Application
from core.domain.person import Person
from core.errors import NotFound


def latest_of(session: Session, ref: str) -> tuple[Person, Application]:
    """The person with `ref` and the latest application. Raises NotFound where there is none."""
    row = session.execute(
        select(Person, Application)
        .join(Application, Application.person_id == Person.id)
        .where(Person.ref == ref)
        .order_by(Application.year.desc())
        .limit(1)
        .with_for_update(of=Application)  # who waited for the lock sees what the other has decided
    ).first()
    if row is None:
        raise NotFound(f"{ref}: there is no application with this reference.")
    return row.Person, row.Application
