"""Who may decide a stage, and what holds an application back from the next one."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.domain.area import Area, Level
from core.domain.case import UNDECIDED, Case, CaseKind
from core.domain.procedure_record import ProcedureRecord, RecordKind
from core.domain.staff import Role
from core.domain.stage import PROCEDURE, Stage
from core.errors import NotAllowed
from core.services.acting import Actor
from core.services.areas import lies_within

# The village's own steps are the cadre's (policy-facts §5, «Who»); every other is taken by an officer.
_CADRE_STEPS = frozenset({Stage.VILLAGE_LISTED, Stage.VILLAGE_REVIEWED})
# What the bureau decides is not for a township's officer.
_DISTRICT_STEPS = frozenset({Stage.BUREAU_REVIEWED, Stage.DISTRICT_LISTED, Stage.CONFIRMED})
_REVIEWS = (RecordKind.COUNCIL, RecordKind.CONGRESS)


def check_actor(session: Session, what: str, area_id: int, target: Stage, actor: Actor) -> None:
    """Raise NotAllowed, naming `what`, where the actor may not decide `target` for people of that area."""
    may = actor.role in {Role.OFFICER, Role.ADMIN} or (actor.role is Role.CADRE and target in _CADRE_STEPS)
    if not may:
        raise NotAllowed(f"{what}: a {actor.role} may not decide {target}.")
    if (
        target in _DISTRICT_STEPS
        and session.scalar(select(Area.level).where(Area.id == actor.area_id)) != Level.DISTRICT
    ):
        raise NotAllowed(f"{what}: {target} is decided by the district's officers.")
    if not lies_within(session, area_id, actor.area_id):
        raise NotAllowed(f"{what}: this person's village is not in your area.")


def held_back(session: Session, application_ids: Collection[int] | Select[int], target: Stage) -> dict[int, str]:
    """Which of these applications may not go on to `target` yet, and why, in words that follow a reference: an
    objection to the entry is not decided (the brief, «The procedure»), or a review of the village was not passed."""
    if target not in PROCEDURE:
        return {}
    found = _not_passed(session, application_ids) if target is Stage.VILLAGE_REVIEWED else {}
    objections = select(Case.application_id, Case.id).where(
        Case.application_id.in_(application_ids), Case.kind == CaseKind.ENTRY, Case.state.in_(UNDECIDED)
    )
    for application_id, number in session.execute(objections):
        if application_id is not None:
            found[application_id] = f"an objection to it is not decided yet (`jiangfu objections show {number}`)"
    return found


def _not_passed(session: Session, application_ids: Collection[int] | Select[int]) -> dict[int, str]:
    failed = select(ProcedureRecord.application_id, ProcedureRecord.kind).where(
        ProcedureRecord.application_id.in_(application_ids),
        ProcedureRecord.kind.in_(_REVIEWS),
        ProcedureRecord.passed.is_(False),
    )
    rows = session.execute(failed)
    return {
        application_id: f"the {kind} has not passed it; reject it or record a new review"
        for application_id, kind in rows
    }
