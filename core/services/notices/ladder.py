"""The ladder to the door: who has not been told by a deadline is tried over his other channel, and then visited, early
enough before the notice ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import literal, select, update
from sqlalchemy.orm import Session, aliased

from core.delivery.fallback import FALL_BACK
from core.delivery.outbox import OutboxRow, State
from core.domain.contact import Contact, ContactPerson
from core.domain.notice import Notice, NoticeState
from core.domain.visit import TO_DO, Visit, VisitReason, VisitState
from core.insertion import write_once
from core.services.notices.reach import is_told, of_notice
from core.services.notices.wording import FRAME
from core.services.visits.asking import of_notice as visit_of_notice

# So long before the end, or at so great a part of a shorter notice's time.
VISIT_BEFORE, VISIT_PART = timedelta(days=2), 0.5
OTHER_CHANNEL_BEFORE, OTHER_CHANNEL_PART = timedelta(days=3), 0.75
# Taken, and nothing heard of it; or not taken at all.
_UNHEARD = (State.SENT, State.UNKNOWN, State.FAILED)


@dataclass(frozen=True)
class Climbed:
    """What a run did: how many are tried over another channel, and how many are to be visited."""

    tried: int
    to_visit: int


def deadlines(notice: Notice) -> tuple[datetime, datetime]:
    """When the other channel is tried, and when the rest is put on the visit list; both reckoned back from the end."""
    begins = max(filter(None, (notice.released_at, notice.not_before)), default=notice.written_at)
    length = notice.expires_at - begins
    other = min(OTHER_CHANNEL_BEFORE, length * OTHER_CHANNEL_PART)
    return notice.expires_at - other, notice.expires_at - min(VISIT_BEFORE, length * VISIT_PART)


def climb(session: Session, notice_id: int, now: datetime) -> Climbed:
    """Take the steps that are due at `now` for that notice. Running it again, late or twice changes nothing more."""
    notice = session.get(Notice, notice_id, with_for_update=True)
    if notice is None or notice.state is not NoticeState.RELEASED or notice.expires_at <= now:
        return Climbed(0, 0)
    try_at, visit_at = deadlines(notice)
    tried = _try_other_channel(session, notice, now) if now >= try_at else 0
    _drop_told(session, notice)
    return Climbed(tried, _put_on_list(session, notice, now) if now >= visit_at else 0)


def due(session: Session, now: datetime) -> list[int]:
    """The notices that are under way at `now`."""
    under_way = Notice.state == NoticeState.RELEASED, Notice.expires_at > now
    return list(session.scalars(select(Notice.id).where(*under_way).order_by(Notice.expires_at)))


def _try_other_channel(session: Session, notice: Notice, now: datetime) -> int:
    first, used, other = aliased(OutboxRow), aliased(Contact), aliased(Contact)
    serves = aliased(ContactPerson)
    others = (
        select(other.id)
        .join(serves, serves.contact_id == other.id)
        .where(
            serves.person_id == first.person_id,
            other.channel != used.channel,
            other.stopped_at.is_(None),
            other.opted_out_at.is_(None),
        )
        .order_by(other.id.desc())
        .limit(1)
        .correlate(first, used)
        .scalar_subquery()
    )
    unheard = (
        select(first.person_id, first.kind, first.priority, first.text_key, first.event, others.label("contact_id"))
        .join(used, used.id == first.contact_id)
        .where(first.text_key == FRAME, first.event == notice.event, first.turn == 0)
        .where(first.person_id.is_not(None), first.state.in_(_UNHEARD), ~is_told(first.person_id, notice))
        .subquery()
    )
    values = {
        **{name: unheard.c[name] for name in ("contact_id", "person_id", "kind", "priority", "text_key", "event")},
        "turn": literal(FALL_BACK),
        "created_at": literal(now, OutboxRow.created_at.type),
        "not_before": literal(now, OutboxRow.not_before.type),
        "expires_at": literal(notice.expires_at, OutboxRow.expires_at.type),
    }
    return write_once(session, OutboxRow, values, unheard.c.contact_id.is_not(None))


def _put_on_list(session: Session, notice: Notice, now: datetime) -> int:
    first = OutboxRow
    values = visit_of_notice(
        notice, first.person_id, literal(VisitReason.NOT_REACHED, Visit.reason.type), now
    )  # fmt: skip
    whose = *of_notice(notice), first.turn == 0, first.person_id.is_not(None)
    return write_once(session, Visit, values, *whose, ~is_told(first.person_id, notice))


def _drop_told(session: Session, notice: Notice) -> None:
    """Nobody needs to go to who has been told after all; who is served at home is visited all the same."""
    needless = Visit.event == notice.event, Visit.state.in_(TO_DO), Visit.reason == VisitReason.NOT_REACHED
    told = is_told(Visit.person_id, notice)
    dropped = update(Visit).where(*needless, told).values(state=VisitState.DROPPED)
    session.execute(dropped.execution_options(synchronize_session=False))
