"""Who is a recipient: confirmed in some year, and still so, or ceased only after that."""

from __future__ import annotations

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from core.domain.application import Application, StageChange
from core.domain.person import Person
from core.domain.stage import Stage

# An application that was confirmed; one that has ceased counts if it had come so far.
WAS_CONFIRMED = or_(
    Application.stage == Stage.CONFIRMED,
    and_(
        Application.stage == Stage.CEASED,
        select(StageChange.id)
        .where(StageChange.application_id == Application.id, StageChange.to_stage == Stage.CONFIRMED)
        .exists(),
    ),
)


def village_of(session: Session, person_id: int) -> int:
    """The area that the person lives in."""
    return session.scalars(select(Person.area_id).where(Person.id == person_id)).one()
