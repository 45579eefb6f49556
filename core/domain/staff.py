"""Staff: cadres, officers, inspectors and administrators, each with an area and a PIN."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from core.confidentiality.vault import SealedText
from core.db import Base, word_of


class Role(StrEnum):
    """What a member of staff is."""

    CADRE = "cadre"
    OFFICER = "officer"
    INSPECTOR = "inspector"
    ADMIN = "admin"


class Staff(Base):
    """A member of staff, found by number (the id) or by phone."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[bytes] = mapped_column(SealedText)
    role: Mapped[Role] = mapped_column(word_of(Role))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    phone: Mapped[bytes] = mapped_column(SealedText)
    phone_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    pin_hash: Mapped[str | None] = mapped_column(String(128))
    wrong_pins: Mapped[int] = mapped_column(default=0)
    left_at: Mapped[datetime | None]
