"""Moving one application along the procedure: legal steps only, by whoever answers for it, every change kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.domain.stage import NEEDS_REASON, STEPS, Stage, may_step
from core.errors import NotAllowed
from core.services.acting import Actor
from core.services.advancing import step
from core.services.advancing.application import latest_of
from core.services.advancing.checks import check_actor, held_back


def advance(session: Session, vault: Vault, ref: str, target: Stage, actor: Actor, reason: str, now: datetime) -> Stage:
    """Move the latest application of the person with `ref` to `target`, and tell the person; the stage it came from.

    Raises NotFound for an unknown reference; NotAllowed for a step that the procedure does not know, for somebody
    whose role or area it is not, for a decision against the person without a reason, and for a step past a list while
    an objection to the entry is not decided.
    """
    person, application = latest_of(session, ref)
    check_actor(session, ref, person.area_id, target, actor)
    origin = application.stage
    if not may_step(origin, target):
        legal = ", ".join(STEPS[origin]) or "nowhere"
        raise NotAllowed(f"{ref}: from {origin} the procedure leads to {legal}, not to {target}.")
    if target in NEEDS_REASON and not reason.strip():
        raise NotAllowed(f"{ref}: {target} needs a reason in plain words (--reason).")
    if why := held_back(session, [application.id], target).get(application.id):
        raise NotAllowed(f"{ref}: {why}.")
    [change] = step.take(session, vault, [application], target, actor.staff_id, reason.strip(), now)
    step.tell_of(session, vault, person.id, change, now)
    return origin
