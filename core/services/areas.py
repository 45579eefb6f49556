"""Which areas lie within which: the district holds its townships and offices, those hold their villages."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.area import Area


def lies_within(session: Session, area_id: int, outer_id: int) -> bool:
    """Whether the area is the outer one or lies in it. At most three levels, so at most three look-ups."""
    current: int | None = area_id
    while current is not None and current != outer_id:
        current = session.scalar(select(Area.parent_id).where(Area.id == current))
    return current == outer_id
