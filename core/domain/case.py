"""Cases: objections to a list and what else people tell through the same door, and the voices raised in each."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from core.confidentiality.vault import SealedText
from core.db import Base, word_of


class CaseKind(StrEnum):
    """What a case is about."""

    ENTRY = "entry"
    MISSING = "missing"
    RECHECK = "recheck"
    DEATH = "death"
    PHONE = "phone"
    NAME = "name"
    CALL_BACK = "call_back"
    NOT_RECEIVED = "not_received"


OBJECTIONS = frozenset({CaseKind.ENTRY, CaseKind.MISSING})


class CaseState(StrEnum):
    """How far a case has come. `LATE`: raised after the window closed, kept as a note for the level above."""

    OPEN = "open"
    UNDER_REVIEW = "under_review"
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    DONE = "done"
    LATE = "late"


UNDECIDED = (CaseState.OPEN, CaseState.UNDER_REVIEW)


class Ground(StrEnum):
    """Why an entry is said to be wrong."""

    AGE = "age"
    HUKOU = "hukou"
    CHILDREN = "children"
    BIRTH_RULES = "birth_rules"
    PAPERS = "papers"
    OTHER = "other"


class Case(Base):
    """One matter to decide. `area_id` is the village that it concerns; `office_id` the area whose officers decide it
    now, one level above the list and higher once it is overdue; `due_on` the day that was promised."""

    __tablename__ = "cases"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[CaseKind] = mapped_column(word_of(CaseKind))
    state: Mapped[CaseState] = mapped_column(word_of(CaseState), index=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    list_id: Mapped[int | None] = mapped_column(ForeignKey("published_lists.id"), index=True)
    entry_number: Mapped[int | None]
    application_id: Mapped[int | None] = mapped_column(ForeignKey("applications.id"), index=True)
    opened_at: Mapped[datetime]
    due_on: Mapped[date]
    escalated_at: Mapped[datetime | None]
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[bytes | None] = mapped_column(SealedText)


class Voice(Base):
    """What one person said in a case, sealed, and the number by which it is followed (ten digits; only its keyed hash
    is kept). `contact` is the id of the contact to be told, sealed: empty for who wished to stay unknown."""

    __tablename__ = "voices"

    number_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    ground: Mapped[Ground | None] = mapped_column(word_of(Ground))
    words: Mapped[bytes | None] = mapped_column(SealedText)
    contact: Mapped[bytes | None] = mapped_column(SealedText)
    spoken_on: Mapped[date]
