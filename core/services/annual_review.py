"""The yearly check: who was confirmed in earlier years is asked back; who is not heard of is paused, never dropped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core import audit
from core.confidentiality.vault import Vault
from core.domain.annual_check import AnnualCheck, CheckState
from core.domain.application import Application
from core.domain.person import Person
from core.domain.staff import Role
from core.domain.stage import Stage
from core.errors import NotAllowed, NotFound
from core.services.acting import Actor
from core.services.areas import lies_within
from core.services.status import LATEST
from core.services.windows import for_all_areas
from core.services.year_calendar import YearCalendar

WINDOW = "yearly_check"


@dataclass(frozen=True)
class Reviewed:
    """What a run of the review did: how many were newly asked, and newly paused."""

    asked: int
    paused: int


def annual_review(session: Session, year: int, now: datetime) -> Reviewed:
    """Open the check of `year` for every recipient of earlier years whose village's window is open at `now`, and pause
    whoever was not heard of by its end. Recomputed from the data: it can run twice, late, or after a window moved.

    Who was never asked, because nothing ran while the window was open, is not paused.
    """
    days = for_all_areas(session, year)
    return Reviewed(_ask(session, days, now), _pause(session, days, now))


def is_paused(session: Session, person_id: int, year: int) -> bool:
    """Whether the person's money of `year` waits until he is heard of."""
    check = session.get(AnnualCheck, (person_id, year))
    return check is not None and check.state is CheckState.PAUSED


def heard(session: Session, person_id: int, year: int, now: datetime, staff_id: int | None = None) -> None:
    """Note that the person was seen or heard of, by that member of staff; a pause ends. Raises NotFound for who is no
    recipient of earlier years."""
    check = session.get(AnnualCheck, (person_id, year))
    if check is None:
        if session.scalar(_recipients(year).where(Person.id == person_id)) is None:
            raise NotFound("The yearly check is for recipients of earlier years.")
        check = AnnualCheck(person_id=person_id, year=year, asked_at=now, due_on=now.date())
        session.add(check)
    check.state, check.heard_at, check.heard_by = CheckState.HEARD, now, staff_id


def heard_by(session: Session, vault: Vault, ref: str, actor: Actor, now: datetime) -> None:
    """Note that the actor has seen or heard of the person with `ref`, for this year's check.

    Raises NotFound for an unknown reference and for who is no recipient of earlier years, NotAllowed for somebody of
    another area, and for an inspector.
    """
    person = session.scalars(select(Person).where(Person.ref == ref)).first()
    if person is None:
        raise NotFound(f"{ref}: there is nobody with this reference.")
    if actor.role is Role.INSPECTOR or not lies_within(session, person.area_id, actor.area_id):
        raise NotAllowed(f"{ref}: this person's village is not in your area.")
    try:
        heard(session, person.id, now.year, now, actor.staff_id)
    except NotFound as error:
        raise NotFound(f"{ref}: {error}") from None
    audit.note(session, vault, actor.staff_id, "heard", ref, now)


def _ask(session: Session, days: YearCalendar, now: datetime) -> int:
    asked = select(AnnualCheck.year).where(AnnualCheck.person_id == Person.id, AnnualCheck.year == days.year)
    asked_now = 0
    for person_id, area_id in session.execute(_recipients(days.year).where(~asked.exists())):
        window = days.window(WINDOW, area_id)
        if window.is_open(now.date()):
            session.add(
                AnnualCheck(
                    person_id=person_id, year=days.year, state=CheckState.ASKED, asked_at=now, due_on=window.closes
                )
            )
            asked_now += 1
    session.flush()
    return asked_now


def _pause(session: Session, days: YearCalendar, now: datetime) -> int:
    unheard = (
        select(AnnualCheck, Person.area_id)
        .join(Person, Person.id == AnnualCheck.person_id)
        .where(AnnualCheck.year == days.year, AnnualCheck.state != CheckState.HEARD)
    )
    paused = 0
    for check, area_id in session.execute(unheard):
        check.due_on = days.window(WINDOW, area_id).closes
        is_over = check.due_on < now.date()
        if is_over and check.state is CheckState.ASKED:
            check.state, check.paused_at = CheckState.PAUSED, now
            paused += 1
        elif not is_over:
            check.state = CheckState.ASKED
    return paused


def _recipients(year: int) -> Select[int, int]:
    return (
        select(Person.id, Person.area_id)
        .join(Application, LATEST)
        .where(Application.stage == Stage.CONFIRMED, Application.year < year)
    )
