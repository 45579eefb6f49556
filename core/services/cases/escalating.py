"""Cases that were not decided by the promised day go up a level; above the district there is nobody to hand them to."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.case import UNDECIDED, Case, CaseState
from core.services.cases.offices import area_above


def escalate_overdue(session: Session, today: date, now: datetime) -> int:
    """Hand every undecided case whose day is over to the level above, with as many days again; how many.

    A case of the district stays there, marked once as escalated, its day unchanged.
    """
    overdue = select(Case).where(Case.state.in_(UNDECIDED), Case.due_on < today).order_by(Case.id)
    return sum(_escalate(session, case, today, now) for case in session.scalars(overdue.with_for_update()))


def _escalate(session: Session, case: Case, today: date, now: datetime) -> bool:
    above = area_above(session, case.office_id)
    if above == case.office_id:
        marked_now = case.escalated_at is None
        case.escalated_at = case.escalated_at or now
        return marked_now
    begun = (case.escalated_at or case.opened_at).astimezone(now.tzinfo).date()
    case.due_on = today + (case.due_on - begun)
    case.office_id, case.escalated_at = above, now
    # Whoever took it has it no longer.
    case.state, case.taken_by = CaseState.OPEN, None
    return True
