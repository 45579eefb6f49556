"""知道了: that a notice has been read, said from the address to which it came."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.delivery.outbox import MessageKind, OutboxRow, State
from core.domain.notice import Acknowledgement, notice_of
from core.services.notices.wording import FRAME

# What came longer ago is hardly meant.
STILL_MEANT = timedelta(days=14)
_CAME = (State.SENDING, State.SENT, State.DELIVERED, State.UNKNOWN)


def last_notice(session: Session, contact_id: int, now: datetime, *, only_if_last: bool = False) -> int | None:
    """The last notice that the contact had; with `only_if_last`, only if nothing else came unasked after it."""
    came = OutboxRow.contact_id == contact_id, OutboxRow.state.in_(_CAME), OutboxRow.sent_at > now - STILL_MEANT
    unasked = OutboxRow.kind != MessageKind.ANSWER
    whose = (*came, unasked) if only_if_last else (*came, OutboxRow.text_key == FRAME)
    last = select(OutboxRow.text_key, OutboxRow.event).where(*whose)
    row = session.execute(last.order_by(OutboxRow.sent_at.desc(), OutboxRow.id.desc()).limit(1)).first()
    return notice_of(row.event) if row is not None and row.text_key == FRAME else None


def acknowledge(session: Session, notice_id: int, contact_id: int, now: datetime) -> None:
    """Note that 知道了 came back for the notice; a second one changes nothing."""
    if session.get(Acknowledgement, (notice_id, contact_id)) is None:
        session.add(Acknowledgement(notice_id=notice_id, contact_id=contact_id, said_at=now))
