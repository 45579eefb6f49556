"""Heartbeats: each long-running part says that it lives, so that another process can tell when it does not."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Base


class Heartbeat(Base):
    """When a part (`scheduler`, `sender`, `bot`) last lived, by the machine clock."""

    __tablename__ = "heartbeats"

    part: Mapped[str] = mapped_column(String(16), primary_key=True)
    beat_at: Mapped[datetime]


def beat(session: Session, part: str, now: datetime) -> None:
    """Note that `part` lives at `now` (machine clock)."""
    if session.execute(update(Heartbeat).where(Heartbeat.part == part).values(beat_at=now)).rowcount:  # type: ignore[attr-defined]
        return
    try:
        with session.begin_nested():
            session.execute(insert(Heartbeat).values(part=part, beat_at=now))
    except IntegrityError:
        pass  # another process of the same part has just beaten for the first time
