"""Following a village's notices (关注), whoever one is; what one follows, and stopping."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.domain.area import Area
from core.domain.notice import Follower
from core.services.villages import Place

MOST = 5


def follow(session: Session, contact_id: int, area_id: int, now: datetime) -> bool:
    """Let the contact have the village's notices from now on; False where it follows five others."""
    if session.get(Follower, (contact_id, area_id)) is not None:
        return True
    mine = select(func.count()).where(Follower.contact_id == contact_id)
    if (session.scalar(mine) or 0) >= MOST:
        return False
    session.add(Follower(contact_id=contact_id, area_id=area_id, since=now))
    session.flush()
    return True


def unfollow(session: Session, contact_id: int, area_id: int) -> None:
    """Stop it; nothing changes where the contact does not follow the village."""
    whose = Follower.contact_id == contact_id, Follower.area_id == area_id
    session.execute(delete(Follower).where(*whose))


def followed(session: Session, contact_id: int) -> list[Place]:
    """The villages that the contact follows, by code."""
    query = select(Area.id, Area.name, Area.name_en).join(Follower, Follower.area_id == Area.id)
    rows = session.execute(query.where(Follower.contact_id == contact_id).order_by(Area.code))
    return [Place(*row) for row in rows]
