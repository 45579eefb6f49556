"""A person's application of one year, its stage, and every change of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.confidentiality.vault import SealedText
from core.db import Base, word_of
from core.domain.stage import Stage


class ChildrenGround(StrEnum):
    """On what ground someone applies, in the short words that may be posted (policy-facts §9)."""

    ONE_CHILD = "one_child"
    TWO_DAUGHTERS = "two_daughters"
    OTHER = "other"


class Application(Base):
    """At most one a person and year. `stage` is the last change's, kept here so that a status answer needs one row."""

    __tablename__ = "applications"
    __table_args__ = (UniqueConstraint("person_id", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    year: Mapped[int]
    stage: Mapped[Stage] = mapped_column(word_of(Stage), index=True)
    stage_since: Mapped[datetime]
    ground: Mapped[ChildrenGround | None] = mapped_column(word_of(ChildrenGround))


class StageChange(Base):
    """When an application went from where to where, by whom (nobody: the import that created it) and why."""

    __tablename__ = "stage_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"), index=True)
    changed_at: Mapped[datetime]
    from_stage: Mapped[Stage | None] = mapped_column(word_of(Stage))
    to_stage: Mapped[Stage] = mapped_column(word_of(Stage))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[bytes | None] = mapped_column(SealedText)
