"""Whose case it is: the officers one level above the list that is spoken of; who is overdue hands over to the next."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.area import Area, Level


def office_above(session: Session, village_id: int, level: str) -> int:
    """The area whose officers decide on the list of `level` that holds the village: of a village's list the township or
    sub-district office, of a township's the district, of the district's the district itself (a second officer)."""
    township_id = area_above(session, village_id)
    return township_id if level == Level.VILLAGE else area_above(session, township_id)


def area_above(session: Session, area_id: int) -> int:
    """The area that this one lies in; itself where it is the topmost."""
    return session.scalar(select(Area.parent_id).where(Area.id == area_id)) or area_id
