"""Leases: of several processes that could do the same work, one holds the row and does it; another takes over late."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import String, delete, insert, or_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Base


class Lease(Base):
    """Who does a kind of work, until when (machine clock) unless renewed."""

    __tablename__ = "leases"

    work: Mapped[str] = mapped_column(String(32), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime]


def hold(session: Session, work: str, holder: str, now: datetime, length: timedelta) -> bool:
    """Take or renew the lease of `work` at `now` (machine clock) for `length`; False where another holds it."""
    mine_or_over = Lease.work == work, or_(Lease.holder == holder, Lease.until <= now)
    values = {"holder": holder, "until": now + length}
    if session.execute(update(Lease).where(*mine_or_over).values(values)).rowcount:  # type: ignore[attr-defined]
        return True
    try:
        with session.begin_nested():
            session.execute(insert(Lease).values(work=work, **values))
    except IntegrityError:
        return False
    return True


def release(session: Session, work: str, holder: str) -> None:
    """Give the lease back, if `holder` has it, so that another need not wait for its end."""
    session.execute(delete(Lease).where(Lease.work == work, Lease.holder == holder))
