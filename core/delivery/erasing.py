"""Erasures: messages whose record at the provider is to be deleted, tried until the provider says that it is gone."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, delete, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.confidentiality.vault import SealedText, Vault
from core.db import Base
from core.errors import KeysError

AT_ONCE = 50


class Erasure(Base):
    """One message of which the provider keeps a record: the provider's id, sealed. `next_try_at` is of the machine
    clock; the row goes as soon as the record is gone."""

    __tablename__ = "erasures"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    provider_ref: Mapped[bytes] = mapped_column(SealedText)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Due:
    """An erasure to be tried now."""

    id: bytes
    provider_ref: str
    attempts: int


def ask_to_erase(session: Session, vault: Vault, provider_refs: Iterable[str]) -> None:
    """Note the messages with these provider's ids, in an order that says nothing."""
    shuffled = sorted(provider_refs, key=lambda _ref: secrets.randbits(64))
    for ref in shuffled:
        row = Erasure(id=secrets.token_bytes(16), provider_ref=vault.seal(Erasure.provider_ref, ref), attempts=0)
        session.add(row)
    session.flush()


def due_erasures(session: Session, vault: Vault, now: datetime) -> Sequence[Due]:
    """What is to be tried at `now` (machine clock). Two workers may try the same: a second deletion finds nothing."""
    is_due = or_(Erasure.next_try_at.is_(None), Erasure.next_try_at <= now)
    due = []
    for row in session.scalars(select(Erasure).where(is_due).order_by(Erasure.attempts).limit(AT_ONCE)):
        try:
            due.append(Due(row.id, vault.open(Erasure.provider_ref, row.provider_ref), row.attempts))
        except KeysError:
            row.attempts, row.next_try_at = row.attempts + 1, now + _wait(row.attempts)
    return due


def note_erased(session: Session, erased: Iterable[Due]) -> None:
    """The provider has no record of these any more."""
    session.execute(delete(Erasure).where(Erasure.id.in_([each.id for each in erased])))


def note_refused(session: Session, refused: Iterable[Due], now: datetime) -> None:
    """The provider still has these, for a message under way cannot be deleted: to be tried again, ever more rarely."""
    for each in refused:
        values = {"attempts": each.attempts + 1, "next_try_at": now + _wait(each.attempts)}
        session.execute(update(Erasure).where(Erasure.id == each.id).values(values))


def _wait(attempts: int) -> timedelta:
    return min(timedelta(seconds=30 * 2 ** min(attempts, 10)), timedelta(hours=1))
