"""The inbox: each provider's message is answered once; the same id again gets the same answer for ten minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import LargeBinary, delete, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.confidentiality.vault import Vault
from core.db import Base

KEPT_FOR = timedelta(minutes=10)


class InboxRow(Base):
    """An answered message: the keyed hash of its provider id, and the answer, which only the id itself can open."""

    __tablename__ = "inbox"
    # Kept in the order of the hash alone: fewer pages a commit on SQLite, and no trace of who came after whom.
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    id_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    received_at: Mapped[datetime]
    answer: Mapped[bytes]


# A statement that stays the same object is compiled once; this one runs with every message.
_INSERT = insert(InboxRow)


def answer_row(vault: Vault, provider_id: str, answer: str, now: datetime) -> Mapping[str, Any]:
    """The row that keeps `answer` to the message with that id."""
    return {
        "id_hash": vault.lookup("inbox", provider_id),
        "received_at": now,
        "answer": vault.seal_answer(provider_id, answer),
    }


def keep_answers(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep answers. Raises IntegrityError where another worker has answered one of the same ids meanwhile."""
    if rows:
        session.connection().execute(_INSERT, rows)


def forget_answer(session: Session, vault: Vault, provider_id: str) -> None:
    """Delete the answer to the message with that id, so that knowing the id opens nothing."""
    session.execute(delete(InboxRow).where(InboxRow.id_hash == vault.lookup("inbox", provider_id)))


def forget_answers(session: Session, now: datetime) -> int:
    """Delete what is older than ten minutes; how many rows went."""
    return session.execute(delete(InboxRow).where(InboxRow.received_at < now - KEPT_FOR)).rowcount  # type: ignore[attr-defined,no-any-return]
