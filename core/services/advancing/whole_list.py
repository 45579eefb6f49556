"""Moving a whole list on once its window has closed, but for those whom something holds back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.domain.application import Application
from core.domain.area import Area
from core.domain.person import Person
from core.domain.published_list import ListEntry, PublishedList
from core.domain.stage import POSTED, PROCEDURE, Stage
from core.errors import NotAllowed, NotFound
from core.services.acting import Actor
from core.services.advancing import step
from core.services.advancing.checks import check_actor, held_back
from core.services.list_freezing import frozen
from core.services.lists import level_of_list
from core.services.year_calendar import for_area


@dataclass(frozen=True)
class Advanced:
    """What became of a list: where its people came from and went to, the references that moved, and a sentence for
    each that was held back."""

    origin: Stage
    target: Stage
    moved: tuple[str, ...]
    held_back: tuple[str, ...]


def advance_list(session: Session, vault: Vault, level: str, area: Area, actor: Actor, now: datetime) -> Advanced:
    """Move everybody who still stands on this year's list of `level` in `area` to the stage after it, and tell them.

    Raises NotFound where there is no such list; NotAllowed while it hangs, and for somebody whose role or area it is
    not.
    """
    published = _closed_list(session, level, area, now)
    listed = POSTED[level][1]
    target = PROCEDURE[PROCEDURE.index(listed) + 1]
    check_actor(session, area.code, area.id, target, actor)
    on_list = ListEntry.list_id == published.id
    rows = session.execute(
        select(Application, Person.id, Person.ref)
        .join(ListEntry, ListEntry.application_id == Application.id)
        .join(Person, Person.id == Application.person_id)
        .where(on_list, ListEntry.withdrawn_at.is_(None), Application.stage == listed)
        .order_by(ListEntry.number)
        .with_for_update(of=Application)
    ).all()
    held = held_back(session, select(ListEntry.application_id).where(on_list), target)
    moving = [row for row in rows if row.Application.id not in held]
    changes = step.take(session, vault, [row.Application for row in moving], target, actor.staff_id, "", now)
    for row, change in zip(moving, changes, strict=True):
        step.tell_of(session, vault, row.id, change, now)
    staying = tuple(f"{row.ref}: {held[row.Application.id]}." for row in rows if row.Application.id in held)
    return Advanced(listed, target, tuple(row.ref for row in moving), staying)


def _closed_list(session: Session, level: str, area: Area, now: datetime) -> PublishedList:
    if level_of_list(area.level) != level:
        raise NotAllowed(f"{area.code} has no list of the level {level}: it is a {area.level}.")
    year, today = now.year, now.date()
    window = for_area(session, year, area.id).window(level, area.id)
    if window.closes >= today:
        raise NotAllowed(
            f"The {level} list of {area.code} hangs from {window.opens} to {window.closes}: wait till then."
        )
    published = frozen(session, year, level, area.id)
    if published is None:
        raise NotFound(
            f"The {level} list of {area.code} was never frozen in {year}; name its people by reference or with --file."
        )
    return published
