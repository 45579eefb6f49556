"""Enrolment at the door: a villager's consent, proven by a code that was read out from his phone; and its opposite."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Enrolment(Base):
    """A phone that a member of staff enrols for a person. Kept for good once `consented_at` is there: it is the record
    of the consent."""

    __tablename__ = "enrolments"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    wrong_tries: Mapped[int] = mapped_column(default=0)
    consented_at: Mapped[datetime | None]


class Disowned(Base):
    """That a contact served a person until its owner said 不是本人: it does no more, until it is confirmed anew."""

    __tablename__ = "disowned"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    said_at: Mapped[datetime]
