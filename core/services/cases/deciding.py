"""Taking a case under review and deciding it, by an officer one level above the list and by no other."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit
from core.confidentiality.vault import Vault
from core.domain.application import Application, StageChange
from core.domain.area import Level
from core.domain.case import OBJECTIONS, UNDECIDED, Case, CaseKind, CaseState
from core.domain.person import Person
from core.domain.published_list import PublishedList
from core.domain.stage import STEPS, Stage
from core.errors import NotAllowed, NotFound
from core.services import advancing
from core.services.acting import Actor
from core.services.cases.outcome import tell_outcome
from core.services.cases.seeing import check_officer

# The bureau's own steps, which put somebody on the district's list.
_BUREAU_STEPS = (Stage.BUREAU_REVIEWED, Stage.DISTRICT_LISTED)


class Verdict(StrEnum):
    """How a case ends. What is told besides objections is not upheld or dismissed, but done."""

    UPHELD = "upheld"
    DISMISSED = "dismissed"
    DONE = "done"


def take(session: Session, vault: Vault, case_id: int, actor: Actor, now: datetime) -> None:
    """Put a case under review by the actor.

    Raises NotFound for a case that there is not; NotAllowed for whoever may not decide it, and for one that is over,
    was taken before, or came too late to be more than a note.
    """
    case = _of(session, case_id, actor)
    if case.state is not CaseState.OPEN:
        raise NotAllowed(f"Case {case_id} is {case.state}: only an open one is taken.")
    case.state, case.taken_by = CaseState.UNDER_REVIEW, actor.staff_id
    audit.note(session, vault, actor.staff_id, "take_case", str(case_id), now)


def decide(
    session: Session, vault: Vault, case_id: int, verdict: Verdict, actor: Actor, reason: str, now: datetime
) -> None:
    """Decide a case, act on it, and tell both sides in the words of `reason`.

    An entry that was rightly objected to leaves its list and the procedure; a re-check that is upheld brings its
    applicant back. Raises as `take`, and NotAllowed for a verdict without words, or one that such a case can't have.
    """
    case = _of(session, case_id, actor)
    if case.state not in {*UNDECIDED, CaseState.LATE}:
        raise NotAllowed(f"Case {case_id} is over: {case.state}.")
    if not reason.strip():
        raise NotAllowed(f"Case {case_id}: both sides hear why, in plain words (--reason).")
    is_matter = case.kind in OBJECTIONS or case.kind is CaseKind.RECHECK
    if is_matter == (verdict is Verdict.DONE):
        allowed = "--uphold or --dismiss" if is_matter else "--done"
        raise NotAllowed(f"Case {case_id} is about {case.kind}: it ends with {allowed}.")
    was_late = case.state is CaseState.LATE
    case.state, case.decided_by, case.decided_at = CaseState(verdict), actor.staff_id, now
    case.reason = vault.seal(Case.reason, reason.strip())
    session.flush()  # a case that is decided holds nobody back any more
    if verdict is Verdict.UPHELD:
        _act(session, vault, case, actor, reason, now)
    tell_outcome(session, vault, case, reason.strip(), now, was_late=was_late)
    audit.note(session, vault, actor.staff_id, f"case_{verdict}", str(case_id), now, reason.strip())


def _act(session: Session, vault: Vault, case: Case, actor: Actor, reason: str, now: datetime) -> None:
    if case.application_id is None:
        return  # who was missing is entered by the office: the list is frozen
    if case.kind is CaseKind.RECHECK:
        advancing.reinstate(session, vault, case.application_id, actor, reason, now)
        return
    ref, stage = session.execute(
        select(Person.ref, Application.stage)
        .join(Application, Application.person_id == Person.id)
        .where(Application.id == case.application_id)
    ).one()
    if STEPS[stage]:  # else it has left the procedure meanwhile, and its lists
        target = Stage.CEASED if stage is Stage.CONFIRMED else Stage.REJECTED
        advancing.advance(session, vault, ref, target, actor, reason, now)


def _of(session: Session, case_id: int, actor: Actor) -> Case:
    """The case, for somebody who may decide it."""
    check_officer(actor)
    case = session.get(Case, case_id, with_for_update=True)
    if case is None:
        raise NotFound(f"There is no case {case_id}; `jiangfu objections list` shows those there are.")
    if case.office_id != actor.area_id:
        raise NotAllowed(f"Case {case_id} is decided by the officers of another area; `list` shows whose it is.")
    if actor.staff_id in _parties(session, case):
        raise NotAllowed(f"Case {case_id} is about your own decision: another officer of your area decides it.")
    return case


def _parties(session: Session, case: Case) -> set[int | None]:
    """Who decided what the case is about, and so can't decide the case: of a re-check, who rejected; of an entry of the
    district's list, who put it there."""
    changes = select(StageChange.staff_id).where(StageChange.application_id == case.application_id)
    if case.kind is CaseKind.RECHECK:
        last = changes.where(StageChange.to_stage == Stage.REJECTED).order_by(StageChange.id.desc()).limit(1)
        return set(session.scalars(last))
    if session.scalar(select(PublishedList.level).where(PublishedList.id == case.list_id)) == Level.DISTRICT:
        return set(session.scalars(changes.where(StageChange.to_stage.in_(_BUREAU_STEPS))))
    return set()
