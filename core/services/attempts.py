"""Lock-outs: wrong tries are counted per sender, and silently per reference, so that many senders gain nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.domain.attempt import Attempts

SENDER_TRIES = 5
REFERENCE_TRIES = 20
LOCKED_FOR = timedelta(days=1)


def is_locked(session: Session, key_hash: bytes, most: int, now: datetime) -> bool:
    """Whether `most` wrong tries were made under the key less than a day ago. A success does not wipe them out:
    else whoever knows one right answer could guess for ever."""
    row = session.execute(select(Attempts.wrong, Attempts.since).where(Attempts.key_hash == key_hash)).first()
    return row is not None and row.wrong >= most and now - row.since < LOCKED_FOR


def count(session: Session, key_hash: bytes, wrong: bool, now: datetime) -> int:
    """Note a try under the key; how many wrong ones there are. A day without one begins anew; the last wrong one
    starts the day of the lock-out. The same statements run whether the try was wrong or not."""
    row = session.get(Attempts, key_hash, with_for_update=True)
    if row is None or now - row.since >= LOCKED_FOR:
        row = session.merge(Attempts(key_hash=key_hash, since=now, wrong=0))
    if wrong:
        row.wrong += 1
        row.since = now
    session.flush()
    return row.wrong


def forget_attempts(session: Session, now: datetime) -> int:
    """Delete the counts that no longer lock anything; how many."""
    over = delete(Attempts).where(Attempts.since <= now - LOCKED_FOR)
    return session.execute(over).rowcount  # type: ignore[attr-defined,no-any-return]
