"""Ending a notice early: stopped, so that what has not left does not leave; recalled, so that who had it is told."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import literal, select, update
from sqlalchemy.orm import Session, aliased

from core import audit
from core.confidentiality.vault import Vault
from core.delivery.outbox import IN_DOUBT, PRIORITIES, MessageKind, OutboxRow, State
from core.domain.notice import Notice, NoticeState
from core.domain.visit import TO_DO, Visit, VisitState
from core.errors import NotAllowed
from core.insertion import write_once
from core.services.acting import Actor
from core.services.notices.finding import may_end
from core.services.notices.wording import FRAME
from core.texts import _

RECALL = _("notice.recalled")
# What was said wrongly is worth putting right for so long.
TOLD_FOR = timedelta(days=3)
# Who has it before him, or may have.
HAD = (State.SENDING, State.SENT, State.DELIVERED, State.UNKNOWN)


def stop(session: Session, vault: Vault, actor: Actor, notice_id: int, now: datetime) -> int:
    """Keep back what has not left of the notice; how many messages. What a worker is sending just now leaves.

    Raises NotFound, NotAllowed as may_end does, and NotAllowed for a notice that is over already.
    """
    notice = may_end(session, actor, notice_id)
    if notice.state not in {NoticeState.RELEASED, NoticeState.AWAITING, NoticeState.DRAFT}:
        raise NotAllowed(f"Notice {notice_id} is {notice.state} already.")
    held = _end(session, notice, NoticeState.STOPPED, now)
    audit.note(session, vault, actor.staff_id, "stop_notice", f"notice {notice.id}", now, str(held))
    return held


def recall(session: Session, vault: Vault, actor: Actor, notice_id: int, now: datetime) -> tuple[int, int]:
    """Stop the notice and tell everybody who has had it that it does not hold; how many messages were kept back, and
    how many people are told. Raises as `stop`, and NotAllowed where nothing was sent."""
    notice = may_end(session, actor, notice_id)
    if notice.state is NoticeState.RECALLED:
        raise NotAllowed(f"Notice {notice_id} is recalled already.")
    if notice.released_at is None:
        raise NotAllowed(f"Notice {notice_id} was never sent; nobody needs to be told.")
    held = _end(session, notice, NoticeState.RECALLED, now)
    told = _tell(session, notice, now)
    audit.note(session, vault, actor.staff_id, "recall_notice", f"notice {notice.id}", now, f"{held} {told}")
    return held, told


def _end(session: Session, notice: Notice, state: NoticeState, now: datetime) -> int:
    notice.state, notice.ended_at = state, now
    session.flush()
    whose = OutboxRow.text_key == FRAME, OutboxRow.event == notice.event, OutboxRow.state == State.QUEUED
    certain = OutboxRow.error.is_distinct_from(IN_DOUBT)
    over = update(OutboxRow).where(*whose).execution_options(synchronize_session=False)
    ended = {"settled_at": now, "lease_until": None, "next_try_at": None}
    held = session.execute(over.where(certain).values(state=State.CANCELLED, error=str(state), **ended))
    session.execute(over.values(state=State.UNKNOWN, **ended))  # it may have been taken: nobody knows
    nobody_goes = update(Visit).where(Visit.event == notice.event, Visit.state.in_(TO_DO))
    session.execute(nobody_goes.values(state=VisitState.DROPPED).execution_options(synchronize_session=False))
    return held.rowcount  # type: ignore[attr-defined,no-any-return]


def _tell(session: Session, notice: Notice, now: datetime) -> int:
    had = aliased(OutboxRow)
    kind = MessageKind.NOTICE
    values = {
        "contact_id": had.contact_id,
        "person_id": had.person_id,
        "kind": literal(kind, OutboxRow.kind.type),
        # Before whatever other notices wait: it puts right what people may act upon.
        "priority": literal(PRIORITIES[MessageKind.REMINDER]),
        "text_key": literal(RECALL),
        "event": literal(notice.event),
        "created_at": literal(now, OutboxRow.created_at.type),
        "not_before": literal(now, OutboxRow.not_before.type),
        "expires_at": literal(now + TOLD_FOR, OutboxRow.expires_at.type),
    }
    return write_once(session, OutboxRow, values, had.text_key == FRAME, had.event == notice.event, had.state.in_(HAD))


def original_of(session: Session, row: OutboxRow) -> OutboxRow | None:
    """The message that the recall `row` takes back; None where it is not there any more."""
    same = OutboxRow.text_key == FRAME, OutboxRow.event == row.event, OutboxRow.contact_id == row.contact_id
    whose = OutboxRow.person_id.is_not_distinct_from(row.person_id)
    return session.scalars(select(OutboxRow).where(*same, whose).order_by(OutboxRow.id.desc()).limit(1)).first()
