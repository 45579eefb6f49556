"""The inbox: each provider's message is answered once; the same id again gets the same answer for ten minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Integer, delete, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.confidentiality.vault import Vault
from core.db import Base

KEPT_FOR = timedelta(minutes=10)


class InboxRow(Base):
    """An answered message: the keyed hash of its provider id, and the answer, which only the id itself can open."""

    __tablename__ = "inbox"

    # A part of the hash: as SQLite's own row number it needs no index beside the table, and a commit writes
    # fewer pages. Rows lie in the order of the hash, so that nothing tells who came after whom.
    id_hash: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    received_at: Mapped[datetime]
    answer: Mapped[bytes]


# A statement that stays the same object is compiled once; this one runs with every message.
_INSERT = insert(InboxRow)


def id_hash(vault: Vault, provider_id: str) -> int:
    """The number by which the answer to the message with that id is found: 64 bits of its keyed hash."""
    return int.from_bytes(vault.lookup("inbox", provider_id)[:8], "big", signed=True)


def answer_row(vault: Vault, provider_id: str, answer: str, now: datetime) -> Mapping[str, Any]:
    """The row that keeps `answer` to the message with that id."""
    return {
        "id_hash": id_hash(vault, provider_id),
        "received_at": now,
        "answer": vault.seal_answer(provider_id, answer),
    }


def keep_answers(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep answers. Raises IntegrityError where another worker has answered one of the same ids meanwhile."""
    if rows:
        session.connection().execute(_INSERT, rows)


def forget_answer(session: Session, vault: Vault, provider_id: str) -> None:
    """Delete the answer to the message with that id, so that knowing the id opens nothing."""
    session.execute(delete(InboxRow).where(InboxRow.id_hash == id_hash(vault, provider_id)))


def forget_answers(session: Session, now: datetime) -> int:
    """Delete what is older than ten minutes; how many rows went."""
    return session.execute(delete(InboxRow).where(InboxRow.received_at < now - KEPT_FOR)).rowcount  # type: ignore[attr-defined,no-any-return]
