"""Retention: every night what has been kept long enough goes (docs/data.md names each kind and its setting)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.orm import Session

from core.db import Base
from core.delivery.outbox import OutboxRow, State
from core.domain.application import Application
from core.domain.case import UNDECIDED, Case, Voice
from core.domain.contact import Contact
from core.domain.payout import Payout, PayoutBatch
from core.domain.person import Person
from core.domain.stage import Stage
from core.services.personal.erasing import erase_rows
from core.settings import Settings

# A person is many rows: a night that finds very many leaves the rest to the next.
PERSONS_A_NIGHT = 500
_OVER = (Stage.CEASED, Stage.REJECTED, Stage.WITHDRAWN)
_WAITING = (State.QUEUED, State.SENDING)


def forget_old(session: Session, settings: Settings, now: datetime) -> dict[str, int]:
    """Delete what is older than the settings let it be at `now` (scheme clock); how much of each kind went."""
    return {
        "texts": _texts(session, now - timedelta(days=settings.keep_texts_days)),
        "messages": _messages(session, now - timedelta(days=settings.keep_messages_days)),
        "case_words": _case_words(session, now - timedelta(days=settings.keep_case_words_days)),
        "persons": _persons(session, settings, now),
        "contacts": _contacts(session, now - timedelta(days=settings.keep_contacts_days)),
    }


def _texts(session: Session, before: datetime) -> int:
    settled = OutboxRow.fields.is_not(None), OutboxRow.state.not_in(_WAITING), OutboxRow.expires_at < before
    return _count(session.execute(update(OutboxRow).where(*settled).values(fields=None)))


def _messages(session: Session, before: datetime) -> int:
    settled = OutboxRow.state.not_in(_WAITING), OutboxRow.expires_at < before
    return _count(session.execute(delete(OutboxRow).where(*settled)))


def _case_words(session: Session, before: datetime) -> int:
    closed = select(Case.id).where(Case.state.not_in(UNDECIDED), Case.decided_at < before)
    kept = or_(Voice.words.is_not(None), Voice.contact.is_not(None))
    return _count(
        session.execute(update(Voice).where(Voice.case_id.in_(closed), kept).values(words=None, contact=None))
    )


def _persons(session: Session, settings: Settings, now: datetime) -> int:
    standing = exists().where(Application.person_id == Person.id, Application.stage.not_in(_OVER))
    applied = exists().where(Application.person_id == Person.id)
    recent = exists().where(
        Application.person_id == Person.id,
        Application.stage_since > now - timedelta(days=settings.keep_ceased_days),
    )
    paid = exists().where(Payout.person_id == Person.id)
    paid_lately = exists().where(
        Payout.person_id == Person.id,
        Payout.batch_id == PayoutBatch.id,
        PayoutBatch.imported_at > now - timedelta(days=settings.keep_paid_days),
    )
    over = select(Person.id).where(applied, ~standing, ~recent, or_(~paid, ~paid_lately)).limit(PERSONS_A_NIGHT)
    ids = session.scalars(over).all()
    for person_id in ids:
        erase_rows(session, person_id, even_of_the_paid=True)
    return len(ids)


def _contacts(session: Session, before: datetime) -> int:
    """Who wrote once and is nobody of ours; an opt-out is kept, for it is to be obeyed for good."""
    referring = [
        ~exists().where(key.parent == Contact.id)
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "contacts"
    ]
    strangers = Contact.introduced_at < before, Contact.opted_out_at.is_(None), *referring
    return _count(session.execute(delete(Contact).where(*strangers).execution_options(synchronize_session=False)))


def _count(result: object) -> int:
    return int(result.rowcount)  # type: ignore[attr-defined]
