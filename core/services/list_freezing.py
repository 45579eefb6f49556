"""Freezing a list: once for its year, level and area, whoever comes first; who is on it comes to the listed stage."""

from __future__ import annotations

import secrets
from datetime import date, datetime

from sqlalchemy import insert, literal, null, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.db import word_of
from core.domain.application import Application, StageChange
from core.domain.area import Area
from core.domain.person import Person
from core.domain.published_list import ListEntry, PublishedList
from core.domain.stage import POSTED, Stage
from core.services.areas import ids_within
from core.services.list_order import group_key
from core.services.year_calendar import for_area


def frozen(session: Session, year: int, level: str, area_id: int) -> PublishedList | None:
    """The list of that year, level and area, if it is frozen."""
    return session.scalar(
        select(PublishedList).where(
            PublishedList.year == year, PublishedList.level == level, PublishedList.area_id == area_id
        )
    )


def freeze_if_open(session: Session, level: str, area_id: int, today: date, now: datetime) -> PublishedList | None:
    """Freeze this year's list of that level and area if its window is open today; None if it is not, or if another
    was faster (then `frozen` gives it)."""
    # Who moves the window waits for us, or we for him: then what he has decided is seen.
    session.execute(select(Area.id).where(Area.id == area_id).with_for_update(read=True))
    if not for_area(session, today.year, area_id).window(level, area_id).is_open(today):
        return None
    board_code = f"{secrets.randbelow(10_000):04}"
    published = PublishedList(
        year=today.year, level=level, area_id=area_id, board_code=board_code, entries=0, frozen_at=now
    )
    try:
        with session.begin_nested():
            session.add(published)
    except IntegrityError:
        return None
    published.entries = _number(session, published)
    _move_to_listed(session, published)
    return published


def _number(session: Session, published: PublishedList) -> int:
    """Put everybody on the list who stands at the stage before it or has been moved to its stage by hand."""
    candidates = session.execute(
        select(Application.id, Person.area_id, Area.code, Person.village_group)
        .join(Person, Person.id == Application.person_id)
        .join(Area, Area.id == Person.area_id)
        .where(
            Application.year == published.year,
            Application.stage.in_(POSTED[published.level]),
            Person.area_id.in_(ids_within(published.area_id)),
        )
        .order_by(Application.id)
        .with_for_update(of=Application)
    ).all()
    in_order = sorted(candidates, key=lambda row: (row.code, group_key(row.village_group), row.id))
    entries = [
        {"list_id": published.id, "number": number, "application_id": row.id, "village_id": row.area_id}
        for number, row in enumerate(in_order, 1)
    ]
    if entries:
        session.execute(insert(ListEntry), entries)
    return len(entries)


def _move_to_listed(session: Session, published: PublishedList) -> None:
    """The posting itself moves people, with one statement for all. They hear of it by the reminder that the list
    hangs."""
    before, listed = POSTED[published.level]
    on_list = select(ListEntry.application_id).where(ListEntry.list_id == published.id)
    moved = Application.id.in_(on_list), Application.stage == before
    columns = ("application_id", "changed_at", "from_stage", "to_stage", "staff_id", "reason")
    stage = word_of(Stage)
    changes = select(
        Application.id,
        literal(published.frozen_at, StageChange.changed_at.type),
        literal(before, stage),
        literal(listed, stage),
        null(),
        null(),
    ).where(*moved)
    session.execute(insert(StageChange).from_select(columns, changes))
    session.execute(
        update(Application).where(*moved).values(stage=listed, stage_since=published.frozen_at),
        execution_options={"synchronize_session": False},
    )
