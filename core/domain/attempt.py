"""Wrong tries: how often somebody guessed, and until when he is locked out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Attempts(Base):
    """The wrong tries under one key (a keyed hash of a sender or of a reference) since `since`."""

    __tablename__ = "attempts"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    since: Mapped[datetime]
    wrong: Mapped[int]
