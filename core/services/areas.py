"""Which areas lie within which: the district holds its townships and offices, those hold their villages."""

from __future__ import annotations

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from core.domain.area import Area
from core.errors import NotFound


def lies_within(session: Session, area_id: int, outer_id: int) -> bool:
    """Whether the area is the outer one or lies in it. At most three levels, so at most three look-ups."""
    current: int | None = area_id
    while current is not None and current != outer_id:
        current = session.scalar(select(Area.parent_id).where(Area.id == current))
    return current == outer_id


def ids_within(area_id: int) -> Select[int]:
    """The statement that selects the ids of an area and of all areas in it."""
    directly = select(Area.id).where(Area.parent_id == area_id)
    return select(Area.id).where(or_(Area.id == area_id, Area.parent_id == area_id, Area.parent_id.in_(directly)))


def area_of(session: Session, code: str) -> Area:
    """The area with that code. Raises NotFound where there is none."""
    area = session.scalars(select(Area).where(Area.code == code)).first()
    if area is None:
        raise NotFound(f"{code} is no area's code; the file of areas, as imported, has them.")
    return area


def district_of(session: Session) -> Area:
    """The district: the area that lies in no other. Raises NotFound before the areas are imported."""
    district = session.scalars(select(Area).where(Area.parent_id.is_(None)).order_by(Area.id).limit(1)).first()
    if district is None:
        raise NotFound("There are no areas yet; `jiangfu import areas FILE` takes them in.")
    return district
