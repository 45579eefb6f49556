"""The check at the door: who was drawn at random in a year, and whether the record was found right."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class QualityDraw(Base):
    """The draw of a year: with `seed` and `share` (per cent of each township) it can be repeated. `people` is out of
    how many it was drawn."""

    __tablename__ = "quality_draws"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seed: Mapped[int]
    share: Mapped[int]
    people: Mapped[int]
    drawn_at: Mapped[datetime]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))


class QualityCheck(Base):
    """One who was drawn; `right` is None until somebody has been at the door."""

    __tablename__ = "quality_checks"

    year: Mapped[int] = mapped_column(ForeignKey("quality_draws.year"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True, index=True)
    right: Mapped[bool | None]
    checked_at: Mapped[datetime | None]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
