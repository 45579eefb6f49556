"""How fast: token buckets in the database, so that any number of workers on any machines keep to one rate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Base

# A bucket holds so much of its rate: with the tokens of a longer rest the next second would have too many.
BURST_SECONDS = 0.1


class Bucket(Base):
    """The tokens left of one limit (a channel) and when they were last counted, by the machine clock.

    `filled_at` in the future: the channel pauses until then.
    """

    __tablename__ = "buckets"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    tokens: Mapped[float]
    filled_at: Mapped[datetime]


@dataclass
class Allowance:
    """What a channel may send now: `tokens` messages, and after them one more in `wait` at the earliest."""

    bucket: Bucket
    tokens: float
    wait: timedelta

    def spend(self, messages: int, machine_now: datetime) -> None:
        """Take the tokens of so many messages."""
        if self.tokens != float("inf"):
            self.bucket.tokens, self.bucket.filled_at = self.tokens - messages, machine_now


def allowance(session: Session, channel: str, rate: float | None, machine_now: datetime) -> Allowance:
    """What `channel` may send at `rate` a second; None: as fast as can be.

    The bucket stays locked to the end of the transaction: who claims for a channel does so alone, and its counts of the
    day and of each address hold.
    """
    bucket = _locked(session, channel, machine_now)
    passed = (machine_now - bucket.filled_at).total_seconds()
    if passed < 0:
        return Allowance(bucket, 0, timedelta(seconds=-passed))
    if rate is None:
        return Allowance(bucket, float("inf"), timedelta())
    tokens = min(bucket.tokens + passed * rate, max(1.0, rate * BURST_SECONDS))
    # A wait so short that it rounds to nothing would be taken for none.
    return Allowance(bucket, tokens, timedelta(seconds=max(0.001, (1 - tokens) / rate)))


def pause(session: Session, channel: str, wait: timedelta, machine_now: datetime) -> None:
    """Let nothing more over `channel` for so long, whoever sends: the provider asked for it, or is ill."""
    bucket = _locked(session, channel, machine_now)
    bucket.tokens, bucket.filled_at = 0.0, max(bucket.filled_at, machine_now + wait)


def _locked(session: Session, channel: str, machine_now: datetime) -> Bucket:
    whose = select(Bucket).where(Bucket.name == channel).with_for_update()
    bucket = session.scalars(whose, execution_options={"populate_existing": True}).one_or_none()
    if bucket is not None:
        return bucket
    try:
        with session.begin_nested():
            session.execute(insert(Bucket).values(name=channel, tokens=1.0, filled_at=machine_now))
    except IntegrityError:
        pass  # another worker has just begun with this channel
    return session.scalars(whose).one()
