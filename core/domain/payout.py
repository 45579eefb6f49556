"""Payouts: what the bank says became of each person's money of a year, batch by batch, and what the person says."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.confidentiality.vault import SealedText
from core.db import Base, word_of


class PayoutStatus(StrEnum):
    """What the bank says of a payment."""

    PAID = "paid"
    FAILED = "failed"


class PayoutBatch(Base):
    """One import of the bank's result file. `reason` is why it corrects what stood before (sealed); a batch of first
    results has none."""

    __tablename__ = "payout_batches"

    id: Mapped[int] = mapped_column(primary_key=True)
    imported_at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[bytes | None] = mapped_column(SealedText)


class Payout(Base):
    """One line of a result file, never changed: what corrects it is another line. Of a person and year the line with
    the highest `turn` (from 0) counts. `amount` is in yuan; `reason` is the bank's own words, sealed."""

    __tablename__ = "payouts"
    __table_args__ = (UniqueConstraint("person_id", "year", "turn"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("payout_batches.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    year: Mapped[int] = mapped_column(index=True)
    turn: Mapped[int]
    amount: Mapped[int]
    status: Mapped[PayoutStatus] = mapped_column(word_of(PayoutStatus))
    paid_on: Mapped[date | None]
    reason: Mapped[bytes | None] = mapped_column(SealedText)


class PayoutReply(Base):
    """That the person said 收到 or 没收到 of a payment; the last reply counts."""

    __tablename__ = "payout_replies"

    id: Mapped[int] = mapped_column(primary_key=True)
    payout_id: Mapped[int] = mapped_column(ForeignKey("payouts.id"), index=True)
    received: Mapped[bool]
    said_at: Mapped[datetime]
