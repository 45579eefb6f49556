"""core/services/visits/failed_payments: whose money did not arrive is seen, once, unless it was paid since."""

from __future__ import annotations

from core.db import transaction
from core.domain.payout import Payout, PayoutBatch, PayoutStatus
from core.domain.visit import VisitKind, VisitState
from core.services.visits.failed_payments import ask_for_failed_payments
from tests.core.services.notices.village import Village
from tests.stopped_clock import MID_MAY


def bank_says(place: Village, who: str, status: PayoutStatus, turn: int = 0) -> None:
    """A line of the bank's result file."""
    with transaction(place.sessions) as session:
        session.add(batch := PayoutBatch(imported_at=MID_MAY))
        session.flush()
        session.add(
            Payout(batch_id=batch.id, person_id=place.ids[who], year=2026, turn=turn, amount=960, status=status)
        )


def asked(place: Village) -> int:
    """How many were put on the list."""
    with transaction(place.sessions) as session:
        return ask_for_failed_payments(session, MID_MAY)


def test_a_failed_payment_makes_a_visit(place: Village) -> None:
    """Once; what the bank has put right since takes it off again."""
    bank_says(place, "phone", PayoutStatus.FAILED)
    bank_says(place, "chat", PayoutStatus.PAID)
    assert [asked(place), asked(place)] == [1, 0]
    assert place.visits()["phone"].kind is VisitKind.PAYMENT
    bank_says(place, "phone", PayoutStatus.PAID, turn=1)
    assert asked(place) == 0
    assert place.visits()["phone"].state is VisitState.DROPPED
