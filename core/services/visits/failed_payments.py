"""Payments that failed make a visit each; one that was made since needs none."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.visit import TO_DO, Visit, VisitKind, VisitState
from core.services.payouts import failed_payouts
from core.services.visits.asking import ask_for_visit

# The money is to be there by the end of July (policy-facts §4); a fortnight leaves the bank its time.
SEEN_WITHIN = timedelta(days=14)


def ask_for_failed_payments(session: Session, now: datetime) -> int:
    """Put on the list whose money of this year failed, and take off whose was paid since; how many were put on.
    Recomputed from the data: it can run twice, or late."""
    failed = {f"payout:{payout.id}": payout for payout in failed_payouts(session, now.year)}
    known = select(Visit).where(Visit.kind == VisitKind.PAYMENT, Visit.event.startswith("payout:"))
    visits = {visit.event: visit for visit in session.scalars(known)}
    for event, visit in visits.items():
        if event not in failed and visit.state in TO_DO:
            visit.state = VisitState.DROPPED
    due_on, new = (now + SEEN_WITHIN).date(), failed.keys() - visits.keys()
    for event in sorted(new):
        ask_for_visit(session, failed[event].person_id, VisitKind.PAYMENT, event, due_on, now)
    return len(new)
