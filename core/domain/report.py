"""The confidential channel's records. None of them holds, or leads to, a contact, an address, or a time of day, and
what was said stands in them only under two seals: the inspectors' own, and a key outside the database over it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from core.confidentiality.vault import SealedText
from core.db import Base


class InspectorKeyRow(Base):
    """The public half of an inspector's key. It counts while its owner is an inspector of `area_id`, in office, and it
    is not revoked; it is registered once for ever, so that no key can serve two areas."""

    __tablename__ = "inspector_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    sealing: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    signing: Mapped[bytes] = mapped_column(LargeBinary(32))
    added_at: Mapped[datetime]
    added_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    revoked_at: Mapped[datetime | None]


class ReportDraft(Base):
    """A report being written: to whom it will go, under a key outside the database, and when it was last added to."""

    __tablename__ = "report_drafts"
    # Without a row number of SQLite's own, which would tell who came after whom; so in all of these tables.
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    id: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    particulars: Mapped[bytes]
    touched_at: Mapped[bytes] = mapped_column(SealedText)


class ReportPiece(Base):
    """One message of a draft."""

    __tablename__ = "report_pieces"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    draft_id: Mapped[bytes] = mapped_column(ForeignKey("report_drafts.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    sealed: Mapped[bytes]


class WaitingReport(Base):
    """What was filed today, a report or an addition to one, until the daily move."""

    __tablename__ = "report_intake"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    id: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    cost: Mapped[str] = mapped_column(String(24))
    filed_on: Mapped[date]
    sealed: Mapped[bytes]


class Report(Base):
    """A report. `cost` is what its receipt was hardened with; `destroy_on` is set when it is closed."""

    __tablename__ = "reports"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    lookup_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    cost: Mapped[str] = mapped_column(String(24))
    filed_on: Mapped[date]
    sealed: Mapped[bytes]
    destroy_on: Mapped[date | None]


class ReportAddition(Base):
    """What its author added to a report later."""

    __tablename__ = "report_additions"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    report_id: Mapped[bytes] = mapped_column(ForeignKey("reports.id"), index=True)
    added_on: Mapped[date]
    sealed: Mapped[bytes]


class ReportAnswer(Base):
    """What an inspector said: `sealed` to the key that only the receipt gives back, `copy` to the inspectors."""

    __tablename__ = "report_answers"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    report_id: Mapped[bytes] = mapped_column(ForeignKey("reports.id"), index=True)
    given_on: Mapped[date]
    sealed: Mapped[bytes]
    copy: Mapped[bytes]


class ReportReward(Base):
    """A reward that whoever says its word may fetch, once; nothing leads from it to a report."""

    __tablename__ = "report_rewards"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    word_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    amount: Mapped[int]
    year: Mapped[int]
    fetched_on: Mapped[date | None]
    fetched_from: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class ReportTally(Base):
    """How many reports a year brought, by township, sealed."""

    __tablename__ = "report_tallies"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    counts: Mapped[bytes] = mapped_column(SealedText)
