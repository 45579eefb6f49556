"""Notices: what a cadre or an officer lets everybody of some areas know, who follows a village, and 知道了."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from core.confidentiality.vault import SealedText
from core.db import Base, word_of


class NoticeState(StrEnum):
    """How a notice stands. `AWAITING`: its sender has confirmed it, a second officer has not yet. `RELEASED`: its
    messages wait in the outbox or have left. `STOPPED`: what had not left stays. `RECALLED`: and who had it is told."""

    DRAFT = "draft"
    AWAITING = "awaiting"
    RELEASED = "released"
    STOPPED = "stopped"
    RECALLED = "recalled"


class Notice(Base):
    """One notice. `staff_id` signs it, in the name of `office_id`, that person's area; `keeper_id` answers for it now
    (the signer, or who came after him). `words` hold the fields that are filled in for each reader; `day` is that of
    {date}. `words_hash` finds the same words sent before. `revision` counts the changes of a draft, so that what is
    confirmed is what was looked at. `people` are those to whom it was addressed when it was released.
    """

    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    keeper_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    words: Mapped[bytes] = mapped_column(SealedText)
    words_en: Mapped[bytes | None] = mapped_column(SealedText)
    words_hash: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    day: Mapped[date | None]
    urgent: Mapped[bool] = mapped_column(default=False)
    not_before: Mapped[datetime | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revision: Mapped[int] = mapped_column(default=1)
    state: Mapped[NoticeState] = mapped_column(word_of(NoticeState), default=NoticeState.DRAFT)
    written_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    released_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None]
    people: Mapped[int | None]

    @property
    def event(self) -> str:
        """By which the outbox knows its messages."""
        return event_of(self.id)


class NoticeArea(Base):
    """An area that a notice was addressed to, with all areas in it."""

    __tablename__ = "notice_areas"

    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), primary_key=True, index=True)


class Acknowledgement(Base):
    """That 知道了 came back from a contact after a notice."""

    __tablename__ = "acknowledgements"

    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), primary_key=True)
    said_at: Mapped[datetime]


class Follower(Base):
    """A contact that follows the notices of a village (关注), whomever else it serves."""

    __tablename__ = "followers"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), primary_key=True, index=True)
    since: Mapped[datetime]


def event_of(notice_id: int) -> str:
    """By which the outbox knows the messages of that notice."""
    return f"notice:{notice_id}"


def notice_of(event: str | None) -> int | None:
    """The notice of that event; None where it is of something else."""
    kind, _, number = (event or "").partition(":")
    return int(number) if kind == "notice" and number.isdecimal() else None
