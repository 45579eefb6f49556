"""What the village records beside the stages: the reviews by council and congress, and the papers handed in."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, word_of


class RecordKind(StrEnum):
    """What was held or handed in (the district's year-end summary, II.2)."""

    COUNCIL = "council"
    CONGRESS = "congress"
    PAPERS = "papers"


class ProcedureRecord(Base):
    """That something was held or handed in for an application, on which day, with what result, and who recorded it."""

    __tablename__ = "procedure_records"
    __table_args__ = (UniqueConstraint("application_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"))
    kind: Mapped[RecordKind] = mapped_column(word_of(RecordKind))
    held_on: Mapped[date]
    passed: Mapped[bool]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime]
