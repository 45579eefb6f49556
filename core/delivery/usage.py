"""How much: what was sent on each day of the scheme, and the ceiling of money at which unasked messages stop."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy import BigInteger, String, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Base
from core.settings import Settings

PARTS_OF_A_YUAN = 10_000


class Usage(Base):
    """What was sent on a day of the scheme: messages, segments, and money in ten-thousandths of a yuan."""

    __tablename__ = "usage"

    day: Mapped[date] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    messages: Mapped[int]
    segments: Mapped[int]
    cost: Mapped[int] = mapped_column(BigInteger)


@dataclass(frozen=True)
class Charge:
    """What one message adds to the usage of a day."""

    day: date
    channel: str
    kind: str
    segments: int
    cost: int


@dataclass
class Ledger:
    """The charges of one transaction, written at its end: who writes it sooner waits for whoever else does."""

    _sums: dict[tuple[date, str, str], Counter[str]] = field(default_factory=dict)

    def add(self, charge: Charge, sign: int = 1) -> None:
        """Count a message; with `sign` -1 give it back, because it was not taken."""
        sums = self._sums.setdefault((charge.day, charge.channel, charge.kind), Counter())
        sums.update(messages=sign, segments=sign * charge.segments, cost=sign * charge.cost)

    def spent(self, session: Session, day: date) -> int:
        """The money of `day`, all channels and kinds, in ten-thousandths of a yuan, these charges included."""
        noted = session.scalar(select(func.sum(Usage.cost)).where(Usage.day == day)) or 0
        return int(noted) + sum(sums["cost"] for (when, _, _), sums in self._sums.items() if when == day)

    def write(self, session: Session) -> None:
        """Note the charges in the database."""
        for key in sorted(self._sums):
            _add(session, key, self._sums[key])
        self._sums.clear()


def _add(session: Session, key: tuple[date, str, str], sums: Counter[str]) -> None:
    amounts = {name: sums[name] for name in ("messages", "segments", "cost")}
    whose = Usage.day == key[0], Usage.channel == key[1], Usage.kind == key[2]
    more = {name: getattr(Usage, name) + amount for name, amount in amounts.items()}
    if session.execute(update(Usage).where(*whose).values(more)).rowcount:  # type: ignore[attr-defined]
        return
    try:
        with session.begin_nested():
            session.execute(insert(Usage).values(day=key[0], channel=key[1], kind=key[2], **amounts))
    except IntegrityError:  # another worker has just sent the day's first
        session.execute(update(Usage).where(*whose).values(more))


def price(settings: Settings) -> int:
    """A segment's price in ten-thousandths of a yuan."""
    return int(settings.sms_price * PARTS_OF_A_YUAN)


def ceiling(settings: Settings) -> int | None:
    """The day's ceiling in ten-thousandths of a yuan; None where there is none."""
    return None if settings.daily_budget is None else int(settings.daily_budget * PARTS_OF_A_YUAN)


def in_yuan(cost: int) -> Decimal:
    """An amount in ten-thousandths as yuan."""
    return Decimal(cost) / PARTS_OF_A_YUAN
