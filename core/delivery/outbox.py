"""The outbox: every unasked message is a row before it is a request, claimed with a lease, sent, and settled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, SmallInteger, String, and_, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.confidentiality.vault import SealedText, Vault
from core.db import Base, word_of
from core.delivery.sender import SendError
from core.domain.contact import Contact, Language
from core.errors import KeysError

LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 8


class State(StrEnum):
    """What became of a message; it only moves forward."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class MessageKind(StrEnum):
    """Why a message is sent, from what goes first. `ANSWER` was asked for: no limit but the channel's holds it back."""

    ANSWER = "answer"
    DECISION = "decision"
    REMINDER = "reminder"
    NOTICE = "notice"


PRIORITIES = {kind: priority for priority, kind in enumerate(MessageKind)}


_WAITING = "state IN ('queued', 'sending')"


class OutboxRow(Base):
    """One unasked message to one contact about one event. The text is never stored: it is composed at the moment of
    sending, from the event's own records or from `fields`, which are sealed.

    `text_key`, `event` and `person_id` together say what this is: the same is never planned twice. A follower who is
    nobody of ours has no person; then the contact stands for him. `turn` is 0, and 1 for the one fall-back to the
    person's other channel. `code` (six digits) is drawn at the first claim and stands in the text.
    `not_before`, `expires_at`, `sent_at` and `settled_at` go by the scheme clock; `next_try_at` and `lease_until` by
    the machine's.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("uq_outbox_event_person", "text_key", "event", "person_id", "turn", unique=True),
        Index(
            "uq_outbox_event_contact",
            "text_key",
            "event",
            "contact_id",
            "turn",
            unique=True,
            sqlite_where=text("person_id IS NULL"),
            postgresql_where=text("person_id IS NULL"),
        ),
        Index(
            "ix_outbox_waiting",
            "priority",
            "not_before",
            "id",
            sqlite_where=text(_WAITING),
            postgresql_where=text(_WAITING),
        ),
        Index("ix_outbox_contact_id_sent_at", "contact_id", "sent_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    kind: Mapped[MessageKind] = mapped_column(word_of(MessageKind))
    priority: Mapped[int] = mapped_column(SmallInteger)
    text_key: Mapped[str] = mapped_column(String(64))
    event: Mapped[str | None] = mapped_column(String(64))
    turn: Mapped[int] = mapped_column(SmallInteger, default=0)
    fields: Mapped[bytes | None] = mapped_column(SealedText)
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime]
    state: Mapped[State] = mapped_column(word_of(State), default=State.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    code: Mapped[str | None] = mapped_column(String(6), index=True)
    segments: Mapped[int | None]
    sent_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    provider_ref: Mapped[str | None] = mapped_column(String(64), index=True)
    error: Mapped[str | None] = mapped_column(String(32))


@dataclass(frozen=True)
class Claimed:
    """A row that this worker alone may send until its lease ends."""

    row_id: int
    attempts: int
    channel: str
    address: str
    language: Language
    text_key: str
    fields: Mapping[str, str]


def enqueue(
    session: Session,
    vault: Vault,
    *,
    contact_id: int,
    text_key: str,
    now: datetime,
    expires_at: datetime,
    kind: MessageKind = MessageKind.ANSWER,
    fields: Mapping[str, str] | None = None,
    event: str | None = None,
    person_id: int | None = None,
    not_before: datetime | None = None,
) -> None:
    """Add a message, in the transaction of the fact that it tells of.

    Raises IntegrityError (at the flush) where the same text was planned for this event and person before.
    """
    session.add(
        OutboxRow(
            contact_id=contact_id,
            person_id=person_id,
            kind=kind,
            priority=PRIORITIES[kind],
            text_key=text_key,
            event=event,
            fields=vault.seal(OutboxRow.fields, json.dumps(dict(fields), ensure_ascii=False)) if fields else None,
            created_at=now,
            not_before=not_before or now,
            expires_at=expires_at,
        )
    )


def claim(
    session: Session, vault: Vault, channels: frozenset[str], now: datetime, machine_now: datetime
) -> Claimed | None:
    """The oldest message that may go now over one of `channels`, leased to the caller, or None.

    A lease that ran out (its worker died) is claimed again. What has expired is marked so and not sent; what does not
    open with our keys is put back with a growing wait, so that it stands in nobody's way.
    """
    _expire(session, now, machine_now)
    row = session.execute(
        select(OutboxRow, Contact)
        .join(Contact, Contact.id == OutboxRow.contact_id)
        .where(
            OutboxRow.state.in_((State.QUEUED, State.SENDING)),
            OutboxRow.not_before <= now,
            or_(OutboxRow.next_try_at.is_(None), OutboxRow.next_try_at <= machine_now),
            or_(OutboxRow.lease_until.is_(None), OutboxRow.lease_until <= machine_now),
            Contact.channel.in_(channels),
            Contact.stopped_at.is_(None),
        )
        .order_by(OutboxRow.id)
        .limit(1)
        .with_for_update(of=OutboxRow, skip_locked=True)
    ).first()
    if row is None:
        return None
    message, contact = row
    message.attempts += 1
    try:
        address = vault.open(Contact.address, contact.address)
        fields = json.loads(vault.open(OutboxRow.fields, message.fields)) if message.fields else {}
    except KeysError:
        message.next_try_at, message.error = machine_now + _growing_wait(message.attempts), "keys"
        message.state, message.lease_until = State.QUEUED, None
        return None
    message.state = State.SENDING
    message.lease_until = machine_now + LEASE
    return Claimed(message.id, message.attempts, contact.channel, address, contact.language, message.text_key, fields)


def settle_sent(session: Session, row_id: int, provider_ref: str) -> None:
    """Note that the provider took the message. A receipt that came first stands."""
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.id == row_id, OutboxRow.state == State.SENDING)
        .values(state=State.SENT, provider_ref=provider_ref, lease_until=None, error=None)
    )


def settle_error(session: Session, claimed: Claimed, error: SendError, now: datetime, machine_now: datetime) -> None:
    """Note what went wrong: put it back with a growing wait, or give it up, and stop the contact where it says so."""
    again = error.retry and (error.ours or claimed.attempts < MOST_ATTEMPTS)
    wait = error.wait or _growing_wait(claimed.attempts)
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.id == claimed.row_id, OutboxRow.state == State.SENDING)
        .values(
            state=State.QUEUED if again else State.FAILED,
            next_try_at=machine_now + wait,
            lease_until=None,
            error=error.code[:32],
        )
    )
    if error.stops_contact:
        of_row = select(OutboxRow.contact_id).where(OutboxRow.id == claimed.row_id).scalar_subquery()
        session.execute(
            update(Contact).where(Contact.id == of_row).values(stopped_at=now, stopped_reason=error.code[:32])
        )


# A receipt moves a message forward only: what was delivered stays delivered, whatever comes late.
_BEFORE = {
    # Queued again, because the provider's answer was lost: it had taken the message after all.
    State.DELIVERED: (State.QUEUED, State.SENDING, State.SENT),
    State.FAILED: (State.SENDING, State.SENT),
}


def note_receipt(
    session: Session, provider_ref: str, state: State, error: str | None, row_id: int | None = None
) -> bool:
    """Move the message with that reference to `state`, if that is forward; whether it moved.

    `row_id`, where the provider gives it back, finds the message whose reference is not noted (yet).
    """
    whose = OutboxRow.provider_ref == provider_ref
    if row_id is not None:
        whose = or_(whose, and_(OutboxRow.id == row_id, OutboxRow.provider_ref.is_(None)))
    moved = session.execute(
        update(OutboxRow)
        .where(whose, OutboxRow.state.in_(_BEFORE[state]))
        .values(state=state, error=error, provider_ref=provider_ref, lease_until=None)
    )
    return bool(moved.rowcount)  # type: ignore[attr-defined]


def _expire(session: Session, now: datetime, machine_now: datetime) -> None:
    nobody_sends = and_(OutboxRow.state == State.SENDING, OutboxRow.lease_until <= machine_now)
    session.execute(
        update(OutboxRow)
        .where(or_(OutboxRow.state == State.QUEUED, nobody_sends), OutboxRow.expires_at <= now)
        .values(state=State.EXPIRED, lease_until=None)
    )


def _growing_wait(attempts: int) -> timedelta:
    return min(timedelta(seconds=5 * 2 ** min(attempts, 10)), timedelta(hours=1))
