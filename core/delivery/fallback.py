"""Falling back: what one channel could not bring to a person is tried once over his other channel."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.delivery.introduction import introduce
from core.delivery.outbox import MessageKind, OutboxRow, State
from core.domain.contact import Contact, ContactPerson

FALL_BACK = 1


def fall_back(session: Session, row: OutboxRow, now: datetime) -> bool:
    """Put what `row` could not tell into the outbox once more, for the person's other channel; whether it was.

    It is not where the row is itself the fall-back, is nobody's of ours or too late, and where the person has no other
    channel that takes messages.
    """
    if row.turn == FALL_BACK or row.person_id is None or row.expires_at <= now:
        return False
    contact_id = _other_contact(session, row)
    if contact_id is None or _follows(session, row) is not None:
        return False
    if row.kind is not MessageKind.ANSWER:
        introduce(session, contact_id, now)
    session.add(
        OutboxRow(
            contact_id=contact_id,
            person_id=row.person_id,
            kind=row.kind,
            priority=row.priority,
            text_key=row.text_key,
            event=row.event,
            turn=FALL_BACK,
            fields=row.fields,
            created_at=now,
            not_before=now,
            expires_at=row.expires_at,
        )
    )
    return True


def call_back(session: Session, row: OutboxRow, now: datetime) -> None:
    """`row` was delivered after all: its fall-back is cancelled if nobody has begun to send it."""
    follower = _follows(session, row) if row.turn != FALL_BACK else None
    if follower is not None:
        waiting = OutboxRow.id == follower, OutboxRow.state == State.QUEUED, OutboxRow.sent_at.is_(None)
        values = {"state": State.CANCELLED, "error": "delivered", "settled_at": now}
        session.execute(update(OutboxRow).where(*waiting).values(values))


def _other_contact(session: Session, row: OutboxRow) -> int | None:
    used = select(Contact.channel).where(Contact.id == row.contact_id).scalar_subquery()
    usable = [ContactPerson.person_id == row.person_id, Contact.channel != used, Contact.stopped_at.is_(None)]
    if row.kind is not MessageKind.ANSWER:
        usable.append(Contact.opted_out_at.is_(None))
    contacts = select(Contact.id).join(ContactPerson, ContactPerson.contact_id == Contact.id).where(*usable)
    return session.scalar(contacts.order_by(Contact.id.desc()).limit(1))


def _follows(session: Session, row: OutboxRow) -> int | None:
    """The row that is the fall-back of `row`. Without an event nothing says which of the person's messages it is."""
    if row.event is None:
        return None
    same = OutboxRow.text_key == row.text_key, OutboxRow.event == row.event, OutboxRow.person_id == row.person_id
    return session.scalar(select(OutboxRow.id).where(*same, OutboxRow.turn == FALL_BACK))
