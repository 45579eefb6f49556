"""The outbox in figures: what stands where, what waits longest, why some went no further, and what was spent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.delivery.outbox import MessageKind, OutboxRow, State
from core.delivery.usage import Usage, in_yuan
from core.domain.contact import Contact
from core.domain.person import Person
from core.errors import NotFound

NOT_REACHED = (State.FAILED, State.UNKNOWN, State.EXPIRED, State.CANCELLED)


@dataclass(frozen=True)
class Line:
    """A message at a glance, with nothing of the person."""

    id: int
    state: State
    kind: MessageKind
    text_key: str
    channel: str
    turn: int
    attempts: int
    not_before: datetime
    expires_at: datetime
    error: str | None


@dataclass(frozen=True)
class Sheet:
    """All that is noted of a message. `ref` is the reference of the person whom it is for, '' for nobody of ours."""

    line: Line
    ref: str
    code: str | None
    segments: int | None
    sent_at: datetime | None
    settled_at: datetime | None
    next_try_at: datetime | None


@dataclass(frozen=True)
class Day:
    """What was sent on a day of the scheme over a channel, of one kind."""

    day: date
    channel: str
    kind: str
    messages: int
    segments: int
    yuan: Decimal


_LINE = (
    select(OutboxRow, Contact.channel, Person.ref)
    .join(Contact, Contact.id == OutboxRow.contact_id)
    .outerjoin(Person, Person.id == OutboxRow.person_id)
)


def lines(session: Session, state: State | None, most: int) -> list[Line]:
    """The newest messages, those in `state` if it is given."""
    wanted = _LINE if state is None else _LINE.where(OutboxRow.state == state)
    return [
        _line(row, channel) for row, channel, _ in session.execute(wanted.order_by(OutboxRow.id.desc()).limit(most))
    ]


def sheet(session: Session, row_id: int) -> Sheet:
    """One message. Raises NotFound."""
    found = session.execute(_LINE.where(OutboxRow.id == row_id)).first()
    if found is None:
        raise NotFound(f"{row_id}: there is no such message; `jiangfu outbox list` shows the newest.")
    row, channel, ref = found
    times = row.sent_at, row.settled_at, row.next_try_at
    return Sheet(_line(row, channel), ref or "", row.code, row.segments, *times)


def states(session: Session) -> dict[State, int]:
    """How many messages stand in each state that any stands in."""
    found = session.execute(select(OutboxRow.state, func.count()).group_by(OutboxRow.state))
    return dict(sorted((state, number) for state, number in found))


def oldest_waiting(session: Session, now: datetime) -> datetime | None:
    """Since when that message might have gone which has waited longest; None where none waits."""
    due = OutboxRow.state == State.QUEUED, OutboxRow.not_before <= now, OutboxRow.expires_at > now
    return session.scalar(select(func.min(OutboxRow.not_before)).where(*due))


def reasons(session: Session) -> list[tuple[State, str, int]]:
    """How many messages went no further, by state and reason, the most frequent first."""
    number = func.count()
    found = session.execute(
        select(OutboxRow.state, func.coalesce(OutboxRow.error, ""), number)
        .where(OutboxRow.state.in_(NOT_REACHED))
        .group_by(OutboxRow.state, OutboxRow.error)
        .order_by(number.desc(), OutboxRow.state)
    )
    return [(state, reason, count) for state, reason, count in found]


def days(session: Session, since: date) -> Sequence[Day]:
    """What was sent on each day from `since` on, the newest first."""
    used = select(Usage).where(Usage.day >= since).order_by(Usage.day.desc(), Usage.channel, Usage.kind)
    return [
        Day(row.day, row.channel, row.kind, row.messages, row.segments, in_yuan(row.cost))
        for row in session.scalars(used)
    ]


def _line(row: OutboxRow, channel: str) -> Line:
    return Line(
        row.id,
        row.state,
        row.kind,
        row.text_key,
        channel,
        row.turn,
        row.attempts,
        row.not_before,
        row.expires_at,
        row.error,
    )
