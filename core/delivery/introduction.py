"""The introduction: whoever hears from us unasked is told once, first, who we are, what is kept and how to stop it."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement, Insert, bindparam, literal, select
from sqlalchemy.orm import Session

from core.delivery.outbox import PRIORITIES, MessageKind, OutboxRow, State
from core.domain.contact import Contact
from core.insertion import dialect_of, new_rows, write
from core.texts import _

TEXT = _("hello")
EVENT = "hello"
# Whoever could not be reached for so long is introduced when he writes, or not at all.
KEPT_FOR = timedelta(days=30)


def introduce(session: Session, contact_id: int, now: datetime) -> int:
    """Put the introduction into the outbox, before whatever else waits for the contact, where it has never heard from
    us; how many rows. A contact gets it once and never again: the row stands for no person, and the database has one
    such row a contact."""
    return write(session, _to_contact(dialect_of(session)), {"contact_id": contact_id, **_times(now)})


def introduce_since(session: Session, row_id: int, now: datetime) -> int:
    """The same for every contact to which a message waits that was written after the one with that id."""
    return write(session, _to_readers(dialect_of(session)), {"after": row_id, **_times(now)})


def _times(now: datetime) -> dict[str, datetime]:
    return {"now": now, "until": now + KEPT_FOR}


@cache
def _to_contact(dialect: str) -> Insert:
    return _to(dialect, Contact.id == bindparam("contact_id"))


@cache
def _to_readers(dialect: str) -> Insert:
    waits = OutboxRow.id > bindparam("after"), OutboxRow.state == State.QUEUED, OutboxRow.kind != MessageKind.ANSWER
    return _to(dialect, Contact.id.in_(select(OutboxRow.contact_id).where(*waits)))


def _to(dialect: str, whom: ColumnElement[bool]) -> Insert:
    now = bindparam("now", type_=OutboxRow.created_at.type)
    values = {
        "contact_id": Contact.id,
        "kind": literal(MessageKind.REMINDER, OutboxRow.kind.type),
        "priority": literal(PRIORITIES[MessageKind.ANSWER]),
        "text_key": literal(TEXT),
        "event": literal(EVENT),
        "created_at": now,
        "not_before": now,
        "expires_at": bindparam("until", type_=OutboxRow.expires_at.type),
    }
    return new_rows(dialect, OutboxRow, values, whom, Contact.introduced_at.is_(None))
