"""Corrections: what a clerk has put right in a person's record, why, and the references that have become another's."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.confidentiality.vault import SealedText
from core.db import Base, word_of


class CorrectionKind(StrEnum):
    """What was put right."""

    NAME = "name"
    ID_NUMBER = "id_number"
    GROUP = "group"
    MOVED = "moved"
    MERGED = "merged"
    DIED = "died"


class Correction(Base):
    """One correction, by whom, and why in the clerk's words. What stood there before is not kept: it was wrong."""

    __tablename__ = "corrections"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    kind: Mapped[CorrectionKind] = mapped_column(word_of(CorrectionKind))
    reason: Mapped[bytes] = mapped_column(SealedText)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    corrected_at: Mapped[datetime]


class FormerReference(Base):
    """A reference under which a second record of the person stood; it is printed on papers, and goes on finding him."""

    __tablename__ = "former_references"

    ref: Mapped[str] = mapped_column(String(8), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
