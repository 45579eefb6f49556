"""Recording what the bank says became of a payment, line upon line, and telling the person in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, aliased

from core.confidentiality.vault import Vault
from core.delivery.outbox import MessageKind
from core.domain.payout import Payout, PayoutStatus
from core.services.telling import tell
from core.texts import _

TOLD_FOR = timedelta(days=14)
_TEXTS = {PayoutStatus.PAID: _("remind.paid"), PayoutStatus.FAILED: _("remind.payment_failed")}

_later = aliased(Payout)
# Of a person and year the last line counts.
COUNTS: ColumnElement[bool] = ~(
    select(_later.id)
    .where(_later.person_id == Payout.person_id, _later.year == Payout.year, _later.turn > Payout.turn)
    .exists()
)


@dataclass(frozen=True, slots=True)
class Result:
    """What the bank says of one person's money of a year: `amount` in yuan, `reason` in its own words ('' for none)."""

    person_id: int
    year: int
    amount: int
    status: PayoutStatus
    paid_on: date | None
    reason: str


def payout_of(session: Session, person_id: int, year: int) -> Payout | None:
    """The line that counts for the person's money of `year`; None where the bank has said nothing yet."""
    whose = and_(Payout.person_id == person_id, Payout.year == year)
    return session.scalars(select(Payout).where(whose).order_by(Payout.turn.desc()).limit(1)).first()


def bank_reason(session: Session, vault: Vault, payout_id: int) -> str:
    """Why the bank says that a payment failed, in its own words."""
    sealed = session.scalar(select(Payout.reason).where(Payout.id == payout_id))
    return vault.open(Payout.reason, sealed) if sealed else ""


def failed_payouts(session: Session, year: int) -> Sequence[Payout]:
    """The payments of `year` that failed and were not made since: each needs a visit."""
    failed = Payout.year == year, Payout.status == PayoutStatus.FAILED, COUNTS
    return session.scalars(select(Payout).where(*failed).order_by(Payout.id)).all()


def record(
    session: Session, vault: Vault, batch_id: int, results: Iterable[tuple[Result, int]], now: datetime
) -> list[Payout]:
    """Add a line for each of `results` (and its turn), and a message to each person who can be reached.

    Raises IntegrityError where another import has added that person's line meanwhile.
    """
    lines = [_line(vault, batch_id, result, turn) for result, turn in results]
    session.add_all(lines)
    session.flush()
    for line in lines:
        tell(
            session,
            vault,
            person_id=line.person_id,
            text_key=_TEXTS[line.status],
            event=f"payout:{line.id}",
            kind=MessageKind.DECISION,
            now=now,
            expires_at=now + TOLD_FOR,
        )
    return lines


def _line(vault: Vault, batch_id: int, result: Result, turn: int) -> Payout:
    return Payout(
        batch_id=batch_id,
        person_id=result.person_id,
        year=result.year,
        turn=turn,
        amount=result.amount,
        status=result.status,
        paid_on=result.paid_on,
        reason=vault.seal(Payout.reason, result.reason) if result.reason else None,
    )
