"""What the village holds and takes in beside the stages: the two reviews, and the papers handed in."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.procedure_record import ProcedureRecord, RecordKind
from core.domain.staff import Role
from core.domain.stage import PROCEDURE
from core.errors import NotAllowed
from core.services.acting import Actor
from core.services.advancing.application import latest_of
from core.services.areas import lies_within


def record(
    session: Session, ref: str, kind: RecordKind, held_on: date, passed: bool, actor: Actor, now: datetime
) -> None:
    """Note for the latest application of `ref` that a review was held, or that the papers were handed in, on that day
    and whether it was passed (the papers: complete). A later note takes the place of an earlier one of its kind.

    Raises NotFound for an unknown reference; NotAllowed for a day to come or of another year, an application that is
    no longer under way, and somebody whose role or area it is not.
    """
    person, application = latest_of(session, ref)
    if actor.role is Role.INSPECTOR:
        raise NotAllowed(f"{ref}: an inspector may not record the {kind}.")
    if not lies_within(session, person.area_id, actor.area_id):
        raise NotAllowed(f"{ref}: this person's village is not in your area.")
    if application.stage not in PROCEDURE:
        raise NotAllowed(f"{ref}: it is {application.stage}; there is nothing to record.")
    if held_on > now.date():
        raise NotAllowed(f"{ref}: {held_on} is still to come; record it when it was held.")
    if held_on.year != application.year:
        raise NotAllowed(f"{ref}: {held_on} does not lie in {application.year}, the year of the application.")
    known = session.scalars(
        select(ProcedureRecord).where(ProcedureRecord.application_id == application.id, ProcedureRecord.kind == kind)
    ).first()
    noted = known or ProcedureRecord(application_id=application.id, kind=kind)
    noted.held_on, noted.passed, noted.staff_id, noted.recorded_at = held_on, passed, actor.staff_id, now
    session.add(noted)


def records_of(session: Session, ref: str) -> list[ProcedureRecord]:
    """What was recorded for the latest application of `ref`, by day. Raises NotFound for an unknown reference."""
    application = latest_of(session, ref)[1]
    records = select(ProcedureRecord).where(ProcedureRecord.application_id == application.id)
    return list(session.scalars(records.order_by(ProcedureRecord.held_on, ProcedureRecord.id)))
