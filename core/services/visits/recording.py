"""Recording what came of a visit, and what follows from it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import audit
from core.confidentiality.vault import Vault
from core.delivery.outbox import MessageKind, OutboxRow, State
from core.domain.person import Person
from core.domain.procedure_record import RecordKind
from core.domain.visit import TO_DO, Visit, VisitKind, VisitState
from core.errors import NotAllowed, NotFound
from core.services.acting import Actor
from core.services.annual_review import heard
from core.services.areas import lies_within
from core.services.recording import record as record_procedure
from core.services.visits.asking import ask_for_visit
from core.services.visits.listing import check_visitor


def record(session: Session, vault: Vault, actor: Actor, visit_id: int, result: VisitState, now: datetime) -> Visit:
    """Note what came of a visit. It completes the reach of the notice that it was for; papers collected and the yearly
    check done are noted where they belong; who has died gets no more messages and no more visits.

    Raises NotFound for a visit that is not of the actor's area; NotAllowed for one that is over, and for what nobody
    can say of a visit.
    """
    visit = _of_actor(session, actor, visit_id)
    if result in {VisitState.OPEN, VisitState.DROPPED}:
        raise NotAllowed("A visit is done, or not_home, moved, died or refused.")
    if visit.state not in TO_DO:
        raise NotAllowed(f"Visit {visit_id} is {visit.state} already; `jiangfu visits list` shows what is to do.")
    visit.state, visit.visited_at, visit.staff_id, visit.tries = result, now, actor.staff_id, visit.tries + 1
    session.flush()
    if result is VisitState.DONE:
        _note_done(session, actor, visit, now)
    if result is VisitState.DIED:
        _leave_alone(session, visit, now)
    audit.note(session, vault, actor.staff_id, "visit", f"visit {visit.id}", now, str(result))
    return visit


def add(session: Session, vault: Vault, actor: Actor, ref: str, kind: VisitKind, due_on: date, now: datetime) -> Visit:
    """Put the person with `ref` on the list for something of this year that is not a notice.

    Raises NotFound for an unknown reference or one outside the actor's area; NotAllowed where he is on it already.
    """
    check_visitor(actor)
    person = session.scalars(select(Person).where(Person.ref == ref)).first()
    if person is None or not lies_within(session, person.area_id, actor.area_id):
        raise NotFound(f"{ref}: nobody of your area has this reference.")
    if kind is VisitKind.NOTICE:
        raise NotAllowed("Whom a notice has not reached gets on the list by itself.")
    visit = ask_for_visit(session, person.id, kind, f"{kind}:{now.year}", due_on, now)
    if visit is None:
        raise NotAllowed(f"{ref}: this year's {kind} visit was asked for already.")
    audit.note(session, vault, actor.staff_id, "ask_visit", ref, now, str(kind))
    return visit


def _of_actor(session: Session, actor: Actor, visit_id: int) -> Visit:
    check_visitor(actor)
    visit = session.get(Visit, visit_id, with_for_update=True, populate_existing=True)
    person = session.get(Person, visit.person_id) if visit else None
    if visit is None or person is None or not lies_within(session, person.area_id, actor.area_id):
        raise NotFound(f"Your area has no visit {visit_id}; `jiangfu visits list` shows those that it has.")
    return visit


def _note_done(session: Session, actor: Actor, visit: Visit, now: datetime) -> None:
    if visit.kind is VisitKind.YEARLY_CHECK:
        heard(session, visit.person_id, now.year, now, actor.staff_id)
    if visit.kind is VisitKind.PAPERS:
        ref = session.get_one(Person, visit.person_id).ref
        record_procedure(session, ref, RecordKind.PAPERS, now.date(), True, actor, now)


def _leave_alone(session: Session, visit: Visit, now: datetime) -> None:
    others = update(Visit).where(Visit.person_id == visit.person_id, Visit.state.in_(TO_DO))
    session.execute(others.values(state=VisitState.DROPPED))
    whose = OutboxRow.person_id == visit.person_id, OutboxRow.state == State.QUEUED
    unasked = OutboxRow.kind != MessageKind.ANSWER
    ended = {"state": State.CANCELLED, "error": "died", "settled_at": now}
    session.execute(update(OutboxRow).where(*whose, unasked).values(ended))
