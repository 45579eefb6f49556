"""Finding notices: one's own, and those of one's area."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.notice import Notice
from core.domain.staff import Role
from core.errors import NotAllowed, NotFound
from core.services.acting import Actor
from core.services.areas import ids_within, lies_within


def own_notice(session: Session, actor: Actor, notice_id: int) -> Notice:
    """The notice that `actor` answers for, locked to the end of the transaction. Raises as `notice_in_area`, and
    NotAllowed where it is another's."""
    notice = notice_in_area(session, actor, notice_id, lock=True)
    if notice.keeper_id != actor.staff_id:
        raise NotAllowed(f"Notice {notice_id} is another's; only who answers for it may do this.")
    return notice


def notice_in_area(session: Session, actor: Actor, notice_id: int, *, lock: bool = False) -> Notice:
    """A notice of the actor's area or of one in it; with `lock`, locked to the end of the transaction.

    Raises NotFound where there is none, in the same words whether or not another area has one of that number.
    """
    query = select(Notice).where(Notice.id == notice_id).execution_options(populate_existing=True)
    notice = session.scalars(query.with_for_update() if lock else query).first()
    if notice is None or not _may_see(actor) or not lies_within(session, notice.office_id, actor.area_id):
        raise NotFound(f"Your area has no notice {notice_id}; `jiangfu notices list` shows those that it has.")
    return notice


def may_end(session: Session, actor: Actor, notice_id: int) -> Notice:
    """The notice, locked, for who answers for it and for the officers over him, who may stop and recall it."""
    notice = notice_in_area(session, actor, notice_id, lock=True)
    if notice.keeper_id != actor.staff_id and actor.role is not Role.OFFICER:
        raise NotAllowed(f"Notice {notice_id} is another's; only its sender or an officer may end it.")
    return notice


def notices_of(session: Session, actor: Actor, most: int = 50) -> Sequence[Notice]:
    """The notices of the actor's area and of those in it, the newest first."""
    if not _may_see(actor):
        raise NotAllowed(f"Notices are the cadres' and officers'; an {actor.role} has none.")
    mine = Notice.office_id.in_(ids_within(actor.area_id))
    return session.scalars(select(Notice).where(mine).order_by(Notice.id.desc()).limit(most)).all()


def last_of(session: Session, staff_id: int) -> Notice | None:
    """The newest notice that this member of staff answers for; None where there is none."""
    return session.scalars(
        select(Notice).where(Notice.keeper_id == staff_id).order_by(Notice.id.desc()).limit(1)
    ).first()


def _may_see(actor: Actor) -> bool:
    return actor.role in {Role.CADRE, Role.OFFICER}
