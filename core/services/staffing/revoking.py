"""Leaving office: at once nothing more can be done, and what was open is the successor's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.orm import Session

from core import audit
from core.confidentiality.vault import Vault
from core.domain.notice import Notice, NoticeState
from core.domain.staff import Staff
from core.domain.staff_chat import ActCode, StaffContact, StaffInvite
from core.errors import NotAllowed
from core.services.acting import Actor, find_staff
from core.services.areas import lies_within
from core.services.staffing.inviting import check_over

_UNSENT = (NoticeState.DRAFT, NoticeState.AWAITING)


def revoke(session: Session, vault: Vault, actor: Actor, named: str, successor: str, now: datetime) -> int:
    """End the office of the member of staff named, and hand what is open to `successor` (number or phone; '' for
    nobody); how many notices that are. Visits and cases belong to the area, and so to whoever holds it.

    What was not sent becomes the successor's own draft, to be signed and confirmed anew; for what is on its way he
    answers. Raises NotFound for nobody in office; NotAllowed where `actor` is not over him, for a successor of another
    role or area, and where something is open and nobody follows.
    """
    leaver = find_staff(session, vault, named)
    check_over(session, actor, leaver)
    heir = find_staff(session, vault, successor) if successor else None
    if heir is not None:
        _check_heir(session, leaver, heir)
    open_notices = session.scalars(select(Notice).where(_is_open(leaver.id, now)).with_for_update()).all()
    if open_notices and heir is None:
        raise NotAllowed(f"{len(open_notices)} notices are open; say with --to who answers for them.")
    for notice in open_notices:
        _hand_over(notice, heir)
    leaver.left_at = now
    _unlink(session, leaver.id)
    handed = f"{len(open_notices)} to {heir.id}" if heir else ""
    audit.note(session, vault, actor.staff_id, "revoke_staff", f"staff {leaver.id}", now, handed)
    return len(open_notices)


def _check_heir(session: Session, leaver: Staff, heir: Staff) -> None:
    if heir.id == leaver.id or heir.role is not leaver.role or not lies_within(session, leaver.area_id, heir.area_id):
        raise NotAllowed("The successor is somebody else, of the same role and of that area.")


def _is_open(staff_id: int, now: datetime) -> ColumnElement[bool]:
    under_way = and_(Notice.state == NoticeState.RELEASED, Notice.expires_at > now)
    return and_(Notice.keeper_id == staff_id, or_(Notice.state.in_(_UNSENT), under_way))


def _hand_over(notice: Notice, heir: Staff | None) -> None:
    if heir is None:
        return
    notice.keeper_id = heir.id
    if notice.state in _UNSENT:
        notice.staff_id, notice.state, notice.revision = heir.id, NoticeState.DRAFT, notice.revision + 1


def _unlink(session: Session, staff_id: int) -> None:
    contacts = select(StaffContact.contact_id).where(StaffContact.staff_id == staff_id)
    session.execute(delete(ActCode).where(ActCode.contact_id.in_(contacts)))
    session.execute(delete(StaffInvite).where(StaffInvite.staff_id == staff_id))
    session.execute(delete(StaffContact).where(StaffContact.staff_id == staff_id))
    session.flush()
