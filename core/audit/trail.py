"""The trail itself: each entry's link is a keyed hash of the entry and of the link before it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ForeignKey, LargeBinary, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.confidentiality.vault import Vault
from core.db import Base

# Any number that nothing else locks by: the two writers of a chain must come one after the other.
_CHAIN = 0x6A66_6174


class AuditEntry(Base):
    """One act, or one reading of a person's data. `subject` is a reference or a number, never personal text; what more
    there is to say stands in `detail` as a keyed hash. Nobody is the actor of what the command line does for no one.
    """

    __tablename__ = "audit_entries"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    action: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(64), index=True)
    detail: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    link: Mapped[bytes] = mapped_column(LargeBinary(32))


@dataclass(frozen=True)
class Head:
    """The last entry's number, link and instant. Kept elsewhere, it proves later that nothing up to it was cut off."""

    sequence: int
    link: bytes
    at: datetime


def note(
    session: Session, vault: Vault, actor: int | None, action: str, subject: str, now: datetime, detail: str = ""
) -> None:
    """Add an entry in the transaction of the act itself: `actor` is a staff number (None: the command line for no one),
    `action` one word, `subject` a reference or a number, `detail` whatever else an auditor may want to prove later.

    To be called last: on PostgreSQL all other writers of the trail wait from here to the end of the transaction.
    """
    _alone(session)
    before = head(session)
    sequence = before.sequence + 1 if before else 1
    hashed = vault.lookup("audit.detail", detail) if detail else None
    link = link_of(vault, before.link if before else b"", sequence, now, actor, action, subject, hashed)
    session.add(
        AuditEntry(sequence=sequence, at=now, actor_id=actor, action=action, subject=subject, detail=hashed, link=link)
    )
    session.flush()


def head(session: Session) -> Head | None:
    """The last entry; None where nothing was noted yet."""
    columns = AuditEntry.sequence, AuditEntry.link, AuditEntry.at
    row = session.execute(select(*columns).order_by(AuditEntry.sequence.desc()).limit(1)).first()
    return Head(*row) if row else None


def entries(session: Session, subject: str | None, most: int) -> Sequence[AuditEntry]:
    """The newest entries, at most so many, the newest last; with `subject`, those about it."""
    query = select(AuditEntry).order_by(AuditEntry.sequence.desc()).limit(most)
    if subject is not None:
        query = query.where(AuditEntry.subject == subject)
    return session.scalars(query).all()[::-1]


def link_of(
    vault: Vault,
    before: bytes,
    sequence: int,
    at: datetime,
    actor: int | None,
    action: str,
    subject: str,
    detail: bytes | None,
) -> bytes:
    """The link of an entry that follows one whose link is `before` (b'' for the first): HMAC-SHA-256 under the key of
    the look-ups, which is never rotated."""
    instant = at.astimezone(UTC).isoformat(timespec="microseconds")
    said = [before.hex(), sequence, instant, actor, action, subject, detail.hex() if detail else None]
    return vault.lookup("audit.link", json.dumps(said, ensure_ascii=False))


def _alone(session: Session) -> None:
    # SQLite has one writer anyway: its transaction began by taking the lock.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_CHAIN)))
