"""Gaps: stretches of time of which the records know nothing, because a backup was restored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Gap(Base):
    """What happened between the backup (`began_at`) and its restoration (`ended_at`, both of the scheme clock) is lost;
    what was to be sent meanwhile may have been sent."""

    __tablename__ = "gaps"

    id: Mapped[int] = mapped_column(primary_key=True)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime]
