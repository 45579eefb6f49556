"""Moving an application along the procedure: legal steps only, by whoever answers for it, every change kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.domain.application import Application, StageChange
from core.domain.area import Area, Level
from core.domain.person import Person
from core.domain.staff import Role
from core.domain.stage import NEEDS_REASON, STEPS, Stage, may_step
from core.errors import NotAllowed, NotFound
from core.services.acting import Actor
from core.services.areas import lies_within

# The village's own steps are the cadre's (policy-facts §5, «Who»); every other is taken by an officer.
_CADRE_STEPS = frozenset({Stage.VILLAGE_LISTED, Stage.VILLAGE_REVIEWED})
# What the bureau decides is not for a township's officer.
_DISTRICT_STEPS = frozenset({Stage.BUREAU_REVIEWED, Stage.DISTRICT_LISTED, Stage.CONFIRMED})


def advance(session: Session, vault: Vault, ref: str, target: Stage, actor: Actor, reason: str, now: datetime) -> Stage:
    """Move the latest application of the person with `ref` to `target`; the stage it came from.

    Raises NotFound for an unknown reference; NotAllowed for a step that the procedure does not know, for somebody
    whose role or area it is not, and for a decision against the person without a reason.
    """
    person = session.scalar(select(Person).where(Person.ref == ref))
    application = session.scalar(
        select(Application)
        .where(Application.person_id == (person.id if person else None))
        .order_by(Application.year.desc())
        .limit(1)
        .with_for_update()
    )
    if person is None or application is None:
        raise NotFound(f"{ref}: there is no application with this reference.")
    _check_actor(session, ref, person.area_id, target, actor)
    origin = application.stage
    if not may_step(origin, target):
        legal = ", ".join(STEPS[origin]) or "nowhere"
        raise NotAllowed(f"{ref}: from {origin} the procedure leads to {legal}, not to {target}.")
    if target in NEEDS_REASON and not reason.strip():
        raise NotAllowed(f"{ref}: {target} needs a reason in plain words (--reason).")
    application.stage, application.stage_since = target, now
    session.add(
        StageChange(
            application_id=application.id,
            changed_at=now,
            from_stage=origin,
            to_stage=target,
            staff_id=actor.staff_id,
            reason=vault.seal(StageChange.reason, reason.strip()) if reason.strip() else None,
        )
    )
    return origin


def _check_actor(session: Session, ref: str, area_id: int, target: Stage, actor: Actor) -> None:
    may = actor.role in {Role.OFFICER, Role.ADMIN} or (actor.role is Role.CADRE and target in _CADRE_STEPS)
    if not may:
        raise NotAllowed(f"{ref}: a {actor.role} may not decide {target}.")
    if (
        target in _DISTRICT_STEPS
        and session.scalar(select(Area.level).where(Area.id == actor.area_id)) != Level.DISTRICT
    ):
        raise NotAllowed(f"{ref}: {target} is decided by the district's officers.")
    if not lies_within(session, area_id, actor.area_id):
        raise NotAllowed(f"{ref}: this person's village is not in your area.")
