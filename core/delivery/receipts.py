"""Receipts: what the provider says later of a message that it took; they move the message forward only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.delivery.fallback import call_back, fall_back
from core.delivery.outbox import OutboxRow, State
from core.domain.contact import Contact

# An SMS of which nothing was heard for so long counts as not reached.
SILENCE = timedelta(hours=72)
LONGEST_ERROR = 32


@dataclass(frozen=True)
class Receipt:
    """What a provider reports: `state` is SENT, DELIVERED or FAILED, `error` its code (no personal data).

    `row_id`, where the provider gives it back, finds the message whose reference is not noted (yet).
    `stops_contact`: nothing more goes to this address.
    """

    provider_ref: str
    state: State
    error: str | None = None
    row_id: int | None = None
    stops_contact: bool = False


# What was delivered stays delivered, whatever comes late; a delivery is the last word on whatever we believed before.
# A row is queued again, or unknown, where the provider's answer was lost: it has taken the message after all.
_BEFORE = {
    State.SENT: {State.QUEUED, State.SENDING, State.UNKNOWN},
    State.FAILED: {State.QUEUED, State.SENDING, State.SENT, State.UNKNOWN},
    State.DELIVERED: set(State) - {State.DELIVERED},
}


def note_receipt(session: Session, receipt: Receipt, now: datetime) -> bool:
    """Move the message that `receipt` is about forward at `now` (scheme clock); whether that was forward.

    What failed is tried over the person's other channel; what was delivered calls that back.
    """
    row = _row_of(session, receipt)
    if row is None or row.state not in _BEFORE[receipt.state]:
        return False
    row.state, row.error = receipt.state, receipt.error[:LONGEST_ERROR] if receipt.error else None
    row.provider_ref = receipt.provider_ref or row.provider_ref
    row.lease_until, row.next_try_at, row.settled_at = None, None, now
    row.sent_at = row.sent_at or now
    if receipt.stops_contact:
        stop_contact(session, row.contact_id, row.error or "stopped", now)
    if receipt.state is State.FAILED:
        fall_back(session, row, now)
    if receipt.state is State.DELIVERED:
        call_back(session, row, now)
    return True


def stop_contact(session: Session, contact_id: int, reason: str, now: datetime) -> None:
    """Note that the channel itself refuses the contact, for `reason` (a code)."""
    values = {"stopped_at": now, "stopped_reason": reason[:LONGEST_ERROR]}
    session.execute(update(Contact).where(Contact.id == contact_id, Contact.stopped_at.is_(None)).values(values))


def give_up_silent(session: Session, now: datetime, channels: tuple[str, ...] = ("sms",)) -> int:
    """Count as not reached what was sent over `channels`, which report deliveries, and not reported within 72 hours;
    how many rows. For a job of the scheduler; a receipt that comes later still counts."""
    contacts = select(Contact.id).where(Contact.channel.in_(channels))
    silent = OutboxRow.state == State.SENT, OutboxRow.sent_at <= now - SILENCE, OutboxRow.contact_id.in_(contacts)
    values = {"state": State.UNKNOWN, "error": "no_receipt", "settled_at": now}
    return session.execute(update(OutboxRow).where(*silent).values(values)).rowcount  # type: ignore[attr-defined,no-any-return]


def _row_of(session: Session, receipt: Receipt) -> OutboxRow | None:
    by_ref = select(OutboxRow).where(OutboxRow.provider_ref == receipt.provider_ref).order_by(OutboxRow.id).limit(1)
    row = session.scalars(by_ref.with_for_update()).first() if receipt.provider_ref else None
    if row is None and receipt.row_id is not None:
        unnamed = OutboxRow.id == receipt.row_id, OutboxRow.provider_ref.is_(None)
        row = session.scalars(select(OutboxRow).where(*unnamed).with_for_update()).first()
    return row
