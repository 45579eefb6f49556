"""Persons and the one number that stays theirs for life."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from core.confidentiality.vault import SealedText
from core.db import Base


class Person(Base):
    """Someone who applies or receives. Name and ID number are sealed; the ID number is found by its keyed hash.

    `village_group` (村民小组) is as the office writes it; the lists are ordered by it.
    """

    __tablename__ = "persons"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(8), unique=True)
    name: Mapped[bytes] = mapped_column(SealedText)
    id_number: Mapped[bytes] = mapped_column(SealedText)
    id_number_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    village_group: Mapped[str | None] = mapped_column(String(16))
    home_visit: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
