"""The check at the door (入户核查): confirmed people drawn at random by township, what was found, and the rate."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit
from core.confidentiality.vault import Vault
from core.domain.application import Application
from core.domain.area import Area, Level
from core.domain.person import Person
from core.domain.quality import QualityCheck, QualityDraw
from core.domain.staff import Role
from core.domain.stage import Stage
from core.errors import NotAllowed, NotFound
from core.services.acting import Actor

# The normal deviate of a 95 per cent interval.
_Z = 1.959964


@dataclass(frozen=True)
class Drawn:
    """One to be visited: reference, village (its code and name), what was found (None: nothing yet)."""

    ref: str
    name: bytes
    village_code: str
    village: str
    group: str
    right: bool | None


@dataclass(frozen=True)
class Accuracy:
    """How many were drawn and visited, and of those found right; the rate with its 95 per cent interval (0 to 1), None
    before the first visit."""

    drawn: int
    visited: int
    right: int
    rate: float | None
    lowest: float | None
    highest: float | None


def draw(session: Session, vault: Vault, year: int, share: int, seed: int, actor: Actor, now: datetime) -> int:
    """Draw `share` per cent (rounded up) of each township's people confirmed in `year`; how many. The same `seed` among
    the same people draws the same.

    Raises NotAllowed for anybody but the district's officers, and where the year is drawn already: who could draw again
    until it pleases him would not draw at random. Raises NotFound where nobody was confirmed.
    """
    _check(session, actor)
    if session.get(QualityDraw, year) is not None:
        raise NotAllowed(f"{year} is drawn already; `jiangfu quality sheets {year}` shows who is to be visited.")
    people = _confirmed(session, year)
    number = sum(len(ids) for ids in people.values())
    if not number:
        raise NotFound(f"Nobody was confirmed in {year}.")
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    drawn = [
        person_id
        for _, ids in sorted(people.items())
        for person_id in sorted(chance.sample(ids, math.ceil(len(ids) * share / 100)))
    ]
    session.add(QualityDraw(year=year, seed=seed, share=share, people=number, drawn_at=now, staff_id=actor.staff_id))
    session.flush()
    session.add_all(QualityCheck(year=year, person_id=person_id) for person_id in drawn)
    audit.note(session, vault, actor.staff_id, "quality_draw", str(year), now, f"{seed} {share}")
    return len(drawn)


def drawn(session: Session, year: int, actor: Actor) -> list[Drawn]:
    """Who is to be visited, by village. Not for the village's own cadres. Raises NotAllowed, NotFound."""
    _check(session, actor)
    _draw_of(session, year)
    query = (
        select(Person.ref, Person.name, Area.code, Area.name, Person.village_group, QualityCheck.right)
        .join(QualityCheck, QualityCheck.person_id == Person.id)
        .join(Area, Area.id == Person.area_id)
        .where(QualityCheck.year == year)
        .order_by(Area.code, Person.ref)
    )
    return [
        Drawn(ref, name, code, area, group or "", right)
        for ref, name, code, area, group, right in session.execute(query)
    ]


def note_result(session: Session, vault: Vault, year: int, ref: str, right: bool, actor: Actor, now: datetime) -> None:
    """Note what was found at the door of one who was drawn; a later result takes the place of an earlier one. Raises
    NotAllowed; NotFound where the person was not drawn."""
    _check(session, actor)
    person_id = session.scalar(select(Person.id).where(Person.ref == ref))
    check = session.get(QualityCheck, (year, person_id)) if person_id is not None else None
    if check is None:
        raise NotFound(f"{ref} was not drawn in {year}.")
    check.right, check.checked_at, check.staff_id = right, now, actor.staff_id
    audit.note(session, vault, actor.staff_id, "quality_result", ref, now, f"{year} {right}")


def accuracy(session: Session, year: int) -> Accuracy:
    """What the visits of `year` have found so far. Raises NotFound where nobody was drawn."""
    _draw_of(session, year)
    found = session.scalars(select(QualityCheck.right).where(QualityCheck.year == year)).all()
    visited, right = sum(each is not None for each in found), sum(bool(each) for each in found)
    if not visited:
        return Accuracy(len(found), 0, 0, None, None, None)
    return Accuracy(len(found), visited, right, right / visited, *wilson(right, visited))


def wilson(right: int, number: int) -> tuple[float, float]:
    """The 95 per cent score interval of a rate, good for few and for rates near 1 (E. B. Wilson, Probable inference,
    the law of succession, and statistical inference, J. Am. Stat. Assoc. 22 (1927), pp. 209-212)."""
    rate, square = right / number, _Z**2
    centre = (rate + square / (2 * number)) / (1 + square / number)
    half = _Z / (1 + square / number) * math.sqrt(rate * (1 - rate) / number + square / (4 * number**2))
    return max(0.0, centre - half), min(1.0, centre + half)


def _confirmed(session: Session, year: int) -> dict[str, list[int]]:
    """The ids of those confirmed in `year`, by the code of their township or office."""
    township = select(Area.id, Area.code).subquery()
    query = (
        select(township.c.code, Person.id)
        .join(Application, Application.person_id == Person.id)
        .join(Area, Area.id == Person.area_id)
        .join(township, township.c.id == Area.parent_id)
        .where(Application.year == year, Application.stage == Stage.CONFIRMED)
        .order_by(Person.ref)
    )
    found = defaultdict(list)
    for code, person_id in session.execute(query):
        found[code].append(person_id)
    return found


def _draw_of(session: Session, year: int) -> QualityDraw:
    found = session.get(QualityDraw, year)
    if found is None:
        raise NotFound(f"Nobody is drawn in {year} yet: `jiangfu quality draw {year}`.")
    return found


def _check(session: Session, actor: Actor) -> None:
    level = session.scalar(select(Area.level).where(Area.id == actor.area_id))
    if actor.role not in {Role.OFFICER, Role.ADMIN} or level is not Level.DISTRICT:
        raise NotAllowed("The check at the door is the district's own; it does not go through village or township.")
