"""Visits: who is to be seen at the door, why, by when, and what came of it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, word_of


class VisitKind(StrEnum):
    """What a visit is for."""

    NOTICE = "notice"
    PASSBOOK = "passbook"
    CERTIFICATE = "certificate"
    PAPERS = "papers"
    YEARLY_CHECK = "yearly_check"
    PAYMENT = "payment"


class VisitReason(StrEnum):
    """Why somebody has to go there, instead of a message."""

    HOME_VISIT = "home_visit"
    NO_PHONE = "no_phone"
    OPTED_OUT = "opted_out"
    NOT_REACHED = "not_reached"
    ASKED = "asked"


class VisitState(StrEnum):
    """What came of a visit. `DROPPED`: nobody needs to go any more. Who was not at home stays on the list."""

    OPEN = "open"
    DONE = "done"
    NOT_HOME = "not_home"
    MOVED = "moved"
    DIED = "died"
    REFUSED = "refused"
    DROPPED = "dropped"


TO_DO = (VisitState.OPEN, VisitState.NOT_HOME)
# What can be said of a visit, in the order of the digits.
RESULTS = (VisitState.DONE, VisitState.NOT_HOME, VisitState.MOVED, VisitState.DIED, VisitState.REFUSED)


class Visit(Base):
    """One person to be seen for one thing. `event` says which one: `notice:5`, `passbook:2026`; with it a person is
    asked for once. `visited_at` and `staff_id` are of the last try, `tries` counts them."""

    __tablename__ = "visits"
    __table_args__ = (UniqueConstraint("event", "person_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    kind: Mapped[VisitKind] = mapped_column(word_of(VisitKind))
    event: Mapped[str] = mapped_column(String(64))
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notices.id"))
    reason: Mapped[VisitReason] = mapped_column(word_of(VisitReason))
    state: Mapped[VisitState] = mapped_column(word_of(VisitState), default=VisitState.OPEN)
    asked_at: Mapped[datetime]
    due_on: Mapped[date]
    visited_at: Mapped[datetime | None]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    tries: Mapped[int] = mapped_column(default=0)
