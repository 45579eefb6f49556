"""Going back: a mistaken change is undone while nothing has followed from it; a re-check brings a rejected one back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.delivery.outbox import OutboxRow, State
from core.domain.application import Application, StageChange
from core.domain.case import Case, CaseKind
from core.domain.payout import Payout, PayoutBatch
from core.domain.person import Person
from core.domain.published_list import PublishedList
from core.domain.stage import Stage, may_step
from core.errors import NotAllowed, NotFound
from core.services.acting import Actor
from core.services.advancing import step
from core.services.advancing.application import latest_of
from core.services.advancing.checks import check_actor
from core.services.year_calendar import for_area

# What a message was in none of these states may have reached the person.
_NEVER_SENT = (State.CANCELLED, State.EXPIRED)


def undo(session: Session, vault: Vault, ref: str, actor: Actor, reason: str, now: datetime) -> Stage:
    """Undo the last change of the latest application of the person with `ref`; the stage that it stands at again. The
    change and the undoing are both kept; a message about it that still waits is cancelled.

    Raises NotFound for an unknown reference; NotAllowed without a reason, for somebody who may not take that step, and
    where something has followed: a list frozen since, a message sent, a payment recorded, a case decided with it
    or raised about it.
    """
    person, application = latest_of(session, ref)
    change = _last_change(session, application)
    if change is None or change.from_stage is None:
        raise NotAllowed(f"{ref}: it stands where it was entered; there is nothing to undo.")
    check_actor(session, ref, person.area_id, change.to_stage, actor)
    if not reason.strip():
        raise NotAllowed(f"{ref}: undoing needs a reason in plain words (--reason).")
    if not may_step(change.from_stage, change.to_stage):
        raise NotAllowed(f"{ref}: the last change was itself a return to {change.to_stage}; move it on from there.")
    _check_nothing_followed(session, ref, person, application, change)
    step.take(session, vault, [application], change.from_stage, actor.staff_id, reason.strip(), now)
    step.put_back_on_lists(session, change)
    return change.from_stage


def reinstate(session: Session, vault: Vault, application_id: int, actor: Actor, reason: str, now: datetime) -> Stage:
    """Bring a rejected application back to the stage before its rejection, and tell the person; that stage.

    Raises NotFound for an unknown application; NotAllowed where it is not rejected, without a reason, and for somebody
    who may not reject people of that area.
    """
    row = session.execute(
        select(Person, Application)
        .join(Person, Person.id == Application.person_id)
        .where(Application.id == application_id)
        .with_for_update(of=Application)
    ).first()
    if row is None:
        raise NotFound("There is no such application.")
    person, application = row.Person, row.Application
    if application.stage is not Stage.REJECTED:
        raise NotAllowed(f"{person.ref}: it is not rejected, but stands at {application.stage}.")
    check_actor(session, person.ref, person.area_id, Stage.REJECTED, actor)
    if not reason.strip():
        raise NotAllowed(f"{person.ref}: a decision needs a reason in plain words.")
    rejection = _last_change(session, application)
    target = (rejection.from_stage if rejection else None) or Stage.DECLARED
    [change] = step.take(session, vault, [application], target, actor.staff_id, reason.strip(), now)
    if rejection is not None:
        step.put_back_on_lists(session, rejection)
    step.tell_of(session, vault, person.id, change, now)
    return target


def _last_change(session: Session, application: Application) -> StageChange | None:
    changes = select(StageChange).where(StageChange.application_id == application.id)
    return session.scalars(changes.order_by(StageChange.id.desc()).limit(1)).first()


def _check_nothing_followed(
    session: Session, ref: str, person: Person, application: Application, change: StageChange
) -> None:
    places = for_area(session, application.year, person.area_id).parents
    frozen = select(PublishedList.level).where(
        PublishedList.year == application.year,
        PublishedList.area_id.in_(places),
        PublishedList.frozen_at >= change.changed_at,
    )
    if (level := session.scalars(frozen.limit(1)).first()) is not None:
        raise NotAllowed(f"{ref}: the {level} list has been frozen since; it can no longer be undone.")
    rechecked = and_(Case.kind == CaseKind.RECHECK, Case.opened_at >= change.changed_at)
    cases = select(Case.id).where(
        Case.application_id == application.id, or_(rechecked, Case.decided_at == change.changed_at)
    )
    if (number := session.scalars(cases.limit(1)).first()) is not None:
        raise NotAllowed(f"{ref}: case {number} hangs on it (`jiangfu objections show {number}`).")
    money = select(Payout.id).join(PayoutBatch, PayoutBatch.id == Payout.batch_id)
    since = Payout.person_id == person.id, PayoutBatch.imported_at >= change.changed_at
    if session.scalars(money.where(*since).limit(1)).first() is not None:
        raise NotAllowed(f"{ref}: a payment has been recorded since; it can no longer be undone.")
    _cancel_message(session, ref, person.id, change)


def _cancel_message(session: Session, ref: str, person_id: int, change: StageChange) -> None:
    about_it = (
        OutboxRow.text_key.in_(step.TEXT_KEYS),
        OutboxRow.event == step.event_of(change.id),
        OutboxRow.person_id == person_id,
    )
    waiting = OutboxRow.state == State.QUEUED, OutboxRow.attempts == 0
    session.execute(update(OutboxRow).where(*about_it, *waiting).values(state=State.CANCELLED))
    # Whatever a sender has had in hand may have reached the person.
    told = select(OutboxRow.id).where(*about_it, OutboxRow.state.not_in(_NEVER_SENT))
    if session.scalars(told.limit(1)).first() is not None:
        raise NotAllowed(f"{ref}: the person has been told of it; it can no longer be undone.")
