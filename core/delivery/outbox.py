"""The outbox: every unasked message is a row, written with the fact that it tells of, before it is a request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.confidentiality.vault import SealedText, Vault
from core.db import Base, word_of

# The `error` of a row of which an earlier try may have been taken: it is not sent again without asking, or not at all.
IN_DOUBT = "in_doubt"


class State(StrEnum):
    """What became of a message; it only moves forward. `UNKNOWN`, `EXPIRED`, `FAILED`, `CANCELLED`: not reached."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class MessageKind(StrEnum):
    """Why a message is sent, from what goes first. `ANSWER` was asked for: no limit but the channel's holds it back.
    `URGENT` is a notice for which two officers wake people: it goes beside the answers, within all other limits."""

    ANSWER = "answer"
    DECISION = "decision"
    REMINDER = "reminder"
    NOTICE = "notice"
    URGENT = "urgent"


# What goes in the quiet hours too.
AT_ANY_HOUR = (MessageKind.ANSWER, MessageKind.URGENT)
PRIORITIES = {kind: priority for priority, kind in enumerate(MessageKind)}
PRIORITIES[MessageKind.URGENT] = PRIORITIES[MessageKind.ANSWER]


_WAITING = "state IN ('queued', 'sending')"


class OutboxRow(Base):
    """One unasked message to one contact about one event. The text is never stored: it is composed at the moment of
    sending, from the event's own records or from `fields`, which are sealed.

    `text_key`, `event` and `person_id` together say what this is: the same is never planned twice. A follower who is
    nobody of ours has no person; then the contact stands for him. `turn` is 0, and 1 for the one fall-back to the
    person's other channel. `code` (six digits) is drawn at the first claim and stands in the text.
    `sent_at` is the beginning of the first try that may have been taken; it counts against the limits from then on.
    `error` is the provider's code, or our word for why it went no further. `not_before`, `expires_at`, `sent_at` and
    `settled_at` go by the scheme clock; `next_try_at` and `lease_until` by the machine's.
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
