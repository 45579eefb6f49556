"""The yearly check (年审): whoever was confirmed in an earlier year is asked back each year."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, word_of


class CheckState(StrEnum):
    """How a check stands. `PAUSED`: not heard of in time; the person stays a recipient and is paid once heard of."""

    ASKED = "asked"
    HEARD = "heard"
    PAUSED = "paused"


class AnnualCheck(Base):
    """One person's check of one year. `heard_by` is the staff number of who saw or heard the person (nobody: the person
    answered by phone); a check that was paused keeps the instant."""

    __tablename__ = "annual_checks"

    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, index=True)
    state: Mapped[CheckState] = mapped_column(word_of(CheckState))
    asked_at: Mapped[datetime]
    due_on: Mapped[date]
    paused_at: Mapped[datetime | None]
    heard_at: Mapped[datetime | None]
    heard_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
