"""What a restoration leaves: a stretch of time of which nothing is known, in which messages may have gone out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, literal, or_, select, text, update
from sqlalchemy.orm import Session

from core.delivery.outbox import IN_DOUBT, MessageKind, OutboxRow, State
from core.delivery.sender import Capabilities
from core.domain.contact import Contact
from core.domain.gap import Gap
from core.heartbeat import Heartbeat
from core.lease import Lease

# The numbers that lost messages had are not given again: a late receipt would find another one.
NUMBERS_LEFT_OUT = 1_000_000
_WAITING = (State.QUEUED, State.SENDING)


def note_gap(session: Session, channels: Mapping[str, Capabilities], began_at: datetime, now: datetime) -> int:
    """Note that what happened from `began_at` to `now` (scheme clock) is lost, and see to it that nothing of then is
    sent again; how many waiting messages count as not reached from now on.

    A message that waited at the backup may have been sent since. Where the gateway can tell it by our own id, or by a
    code that it bore already, the sender asks before it sends; every other is UNKNOWN, so that somebody visits.
    """
    session.add(Gap(began_at=began_at, ended_at=now))
    for channel, can in channels.items():
        _ask(session, channel, can, began_at)
    unsure = session.execute(
        update(OutboxRow)
        .where(OutboxRow.state.in_(_WAITING), or_(OutboxRow.error.is_(None), OutboxRow.error != IN_DOUBT))
        .values(state=State.UNKNOWN, error="restored", settled_at=now, lease_until=None, next_try_at=None)
    ).rowcount  # type: ignore[attr-defined]
    for table in (Heartbeat, Lease):
        session.execute(delete(table))
    _leave_out_numbers(session)
    return int(unsure)


def _ask(session: Session, channel: str, can: Capabilities, began_at: datetime) -> None:
    if not (can.knows_own_id or can.can_ask):
        return
    known: list[ColumnElement[bool]] = [OutboxRow.state.in_(_WAITING)]
    if not can.knows_own_id:
        known += [OutboxRow.code.is_not(None), OutboxRow.kind != MessageKind.ANSWER]
    session.execute(
        update(OutboxRow)
        .where(*known, OutboxRow.contact_id.in_(select(Contact.id).where(Contact.channel == channel)))
        .values(
            state=State.QUEUED,
            error=IN_DOUBT,
            sent_at=func.coalesce(OutboxRow.sent_at, literal(began_at, OutboxRow.sent_at.type)),
            lease_until=None,
            next_try_at=None,
        )
        .execution_options(synchronize_session=False)
    )


def _leave_out_numbers(session: Session) -> None:
    highest = (session.scalar(select(func.max(OutboxRow.id))) or 0) + NUMBERS_LEFT_OUT
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT setval(pg_get_serial_sequence('outbox', 'id'), :highest)"), {"highest": highest})
        return
    session.execute(text("DELETE FROM sqlite_sequence WHERE name = 'outbox'"))
    session.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', :highest)"), {"highest": highest})
