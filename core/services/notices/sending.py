"""Sending a notice: confirmed by its sender, where it weighs more by a second officer too, and then written to the
outbox for everybody in one transaction with its new state, so that a crash neither loses nor doubles it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, literal, null, select
from sqlalchemy.orm import Session

from core import audit
from core.confidentiality.vault import Vault
from core.delivery.introduction import introduce_since
from core.delivery.outbox import PRIORITIES, MessageKind, OutboxRow
from core.delivery.quiet_hours import quiet_until
from core.domain.contact import Contact
from core.domain.notice import Notice, NoticeArea, NoticeState
from core.domain.staff import Role
from core.errors import NotAllowed
from core.insertion import write_once
from core.services.acting import Actor
from core.services.areas import lies_within
from core.services.notices.addressing import followers, reached, villages_of_notice
from core.services.notices.finding import notice_in_area
from core.services.notices.preview import Preview, preview
from core.services.notices.wording import FRAME
from core.services.visits.asking import ask_for_unreachable
from core.settings import Settings

# Within so long the same words to the same village may be a mistake.
SAME_WORDS = timedelta(days=1)


class SaidBefore(NotAllowed):
    """The same words went to one of these villages less than a day ago; send them --again if that is meant."""


def send(
    session: Session,
    vault: Vault,
    settings: Settings,
    actor: Actor,
    notice_id: int,
    revision: int,
    now: datetime,
    *,
    again: bool = False,
) -> Notice:
    """Confirm the notice as it stood when its `revision` was looked at. It is released, or awaits a second officer;
    confirmed by that one, it is released.

    Raises NotFound for a notice that is not of the actor's area; NotAllowed where it was changed since it was looked
    at, is no longer to be sent, is for nobody, can't be finished before its end, or is not the actor's to confirm;
    SaidBefore, unless `again`.
    """
    notice = notice_in_area(session, actor, notice_id, lock=True)
    _check_whose(session, actor, notice)
    if notice.revision != revision:
        raise NotAllowed(f"Notice {notice_id} was changed meanwhile; look at it again before you send it.")
    seen = preview(session, vault, settings, notice, now)
    _check_content(session, notice, seen, now, again=again)
    if notice.state is NoticeState.DRAFT:
        notice.confirmed_at = now
        if needs_second(notice, seen, settings):
            notice.state = NoticeState.AWAITING
            audit.note(session, vault, actor.staff_id, "confirm_notice", f"notice {notice.id}", now)
            return notice
    _release(session, actor, notice, seen, now)
    audit.note(session, vault, actor.staff_id, "send_notice", f"notice {notice.id}", now, str(seen.people))
    return notice


def needs_second(notice: Notice, seen: Preview, settings: Settings) -> bool:
    """Whether a second officer must confirm: for more people than the setting allows, or to be sent in quiet hours."""
    wakes = notice.urgent and quiet_until(seen.begins_at, settings) is not None
    return wakes or seen.people > settings.notice_alone_most


def _check_whose(session: Session, actor: Actor, notice: Notice) -> None:
    if notice.state is NoticeState.DRAFT:
        if notice.keeper_id != actor.staff_id:
            raise NotAllowed(f"Notice {notice.id} is another's; only who answers for it sends it.")
        return
    if notice.state is not NoticeState.AWAITING:
        raise NotAllowed(f"Notice {notice.id} is {notice.state} already; nothing was sent again.")
    if actor.role is not Role.OFFICER or actor.staff_id in {notice.staff_id, notice.keeper_id}:
        raise NotAllowed(f"Notice {notice.id} waits for a second officer; its sender alone is not enough.")
    named = session.scalars(select(NoticeArea.area_id).where(NoticeArea.notice_id == notice.id))
    if not all(lies_within(session, area_id, actor.area_id) for area_id in named):
        raise NotAllowed(f"Notice {notice.id} goes beyond your area; an officer over all of it confirms it.")


def _check_content(session: Session, notice: Notice, seen: Preview, now: datetime, *, again: bool) -> None:
    if not seen.people and not seen.followers:
        raise NotAllowed(f"Notice {notice.id} is for areas where nobody is known.")
    if not seen.is_in_time:
        raise NotAllowed(f"Notice {notice.id} would not be finished before its end; give a later one with --until.")
    if not again and _said_before(session, notice, now):
        raise SaidBefore


def _said_before(session: Session, notice: Notice, now: datetime) -> bool:
    same = select(Notice.id).where(
        Notice.words_hash == notice.words_hash, Notice.id != notice.id, Notice.released_at > now - SAME_WORDS
    )
    mine = villages_of_notice(session, notice.id)
    return any(mine & villages_of_notice(session, other) for other in session.scalars(same))


def _release(session: Session, actor: Actor, notice: Notice, seen: Preview, now: datetime) -> None:
    notice.state, notice.released_at, notice.released_by, notice.people = (
        NoticeState.RELEASED, now, actor.staff_id, seen.people,
    )  # fmt: skip
    session.flush()
    areas = villages_of_notice(session, notice.id)
    newest = session.scalar(select(func.max(OutboxRow.id))) or 0
    _to_persons(session, notice, areas, now)
    if seen.followers:
        _to_followers(session, notice, areas, now)
    introduce_since(session, newest, now)
    if seen.no_channel or seen.opted_out or seen.home_visit:
        ask_for_unreachable(session, notice, areas, now)


def _to_persons(session: Session, notice: Notice, areas: Collection[int], now: datetime) -> None:
    people = reached(areas)
    values = {**_row(notice, now), "contact_id": people.c.contact_id, "person_id": people.c.person_id}
    write_once(session, OutboxRow, values, people.c.contact_id.is_not(None))


def _to_followers(session: Session, notice: Notice, areas: Collection[int], now: datetime) -> None:
    values = {**_row(notice, now), "contact_id": Contact.id, "person_id": null()}
    write_once(session, OutboxRow, values, followers(areas))


def _row(notice: Notice, now: datetime) -> dict[str, ColumnElement[Any]]:
    begins = max(notice.not_before or now, now)
    kind = MessageKind.URGENT if notice.urgent else MessageKind.NOTICE
    return {
        "kind": literal(kind, OutboxRow.kind.type),
        "priority": literal(PRIORITIES[kind]),
        "text_key": literal(FRAME),
        "event": literal(notice.event),
        "created_at": literal(now, OutboxRow.created_at.type),
        "not_before": literal(begins, OutboxRow.not_before.type),
        "expires_at": literal(notice.expires_at, OutboxRow.expires_at.type),
    }
