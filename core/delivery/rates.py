"""How fast and how much: token buckets and daily usage, in the database, so that two workers share one limit."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Bucket(Base):
    """The tokens left of one limit (a channel) and when they were last counted, by the machine clock."""

    __tablename__ = "buckets"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    tokens: Mapped[float]
    filled_at: Mapped[datetime]


class Usage(Base):
    """What was sent on a day of the scheme: messages, segments, and money in ten-thousandths of a yuan."""

    __tablename__ = "usage"

    day: Mapped[date] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    messages: Mapped[int]
    segments: Mapped[int]
    cost: Mapped[int] = mapped_column(BigInteger)
