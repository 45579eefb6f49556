"""The visit list: who is to be seen, by village and village group, as the people who go there count them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from core import audit
from core.confidentiality.vault import Vault
from core.domain.area import Area
from core.domain.notice import Notice
from core.domain.person import Person
from core.domain.staff import Role
from core.domain.visit import TO_DO, Visit, VisitKind, VisitReason, VisitState
from core.errors import NotAllowed
from core.services.acting import Actor
from core.services.areas import ids_within
from core.services.list_order import group_key


@dataclass(frozen=True)
class VisitLine:
    """One person to be seen for one thing. `words` are a notice's own ('' for anything else)."""

    id: int
    ref: str
    name: str
    village: str
    group: str
    kind: VisitKind
    reason: VisitReason
    state: VisitState
    due_on: date
    words: str

    def is_overdue(self, today: date) -> bool:
        """Whether the day by which he was to be seen is over."""
        return self.due_on < today


def check_visitor(actor: Actor) -> None:
    """Raise NotAllowed for whoever does not go from door to door, nor sends others."""
    if actor.role not in {Role.CADRE, Role.OFFICER}:
        raise NotAllowed(f"The visit list is the cadres' and officers'; an {actor.role} does not see it.")


def visits_of(
    session: Session, vault: Vault, actor: Actor, now: datetime, *, area_id: int | None = None
) -> list[VisitLine]:
    """Who is still to be seen in the actor's area, or in `area_id`, which lies in it; that it was read is noted.

    Raises NotAllowed for whoever has no visits to do.
    """
    check_visitor(actor)
    where = Person.area_id.in_(ids_within(area_id or actor.area_id))
    lines = _lines(session, vault, where, Visit.state.in_(TO_DO))
    audit.note(session, vault, actor.staff_id, "read_visits", f"area {area_id or actor.area_id}", now)
    return lines


def line_of(session: Session, vault: Vault, visit_id: int) -> VisitLine:
    """One visit as it stands on the list."""
    return _lines(session, vault, Visit.id == visit_id)[0]


def _lines(session: Session, vault: Vault, *criteria: ColumnElement[bool]) -> list[VisitLine]:
    query = (
        select(Visit, Person, Area, Notice.words)
        .join(Person, Person.id == Visit.person_id)
        .join(Area, Area.id == Person.area_id)
        .join(Notice, Notice.id == Visit.notice_id, isouter=True)
        .where(*criteria)
    )
    found = sorted(session.execute(query), key=lambda row: (row[2].code, group_key(row[1].village_group), row[0].id))
    return [
        VisitLine(
            visit.id,
            person.ref,
            vault.open(Person.name, person.name),
            village.name,
            person.village_group or "",
            visit.kind,
            visit.reason,
            visit.state,
            visit.due_on,
            vault.open(Notice.words, words) if words else "",
        )
        for visit, person, village, words in found
    ]
