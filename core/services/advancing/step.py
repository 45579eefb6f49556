"""The change of stage itself: kept for ever, seen on the lists that hold the person, and told to the person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import audit
from core.confidentiality.vault import Vault
from core.delivery.outbox import MessageKind
from core.domain.application import Application, StageChange
from core.domain.person import Person
from core.domain.published_list import ListEntry
from core.domain.stage import PROCEDURE, Stage
from core.services.telling import tell
from core.texts import _

TOLD_WITHIN = timedelta(days=14)

# A decision is told at once and surely; who withdraws knows it.
_TELLS = {
    Stage.REJECTED: (_("remind.rejected"), MessageKind.DECISION),
    Stage.CONFIRMED: (_("remind.confirmed"), MessageKind.DECISION),
}
_TELLS_OTHERWISE = _("remind.stage"), MessageKind.REMINDER
TEXT_KEYS = ("remind.stage", "remind.rejected", "remind.confirmed")


def event_of(change_id: int) -> str:
    """The event under which a change of stage is told."""
    return f"change:{change_id}"


def take(
    session: Session,
    vault: Vault,
    applications: Sequence[Application],
    target: Stage,
    staff_id: int | None,
    reason: str,
    now: datetime,
) -> list[StageChange]:
    """Bring all of `applications` to `target`; the changes, in the same order. Nothing is checked here, and nobody is
    told; each change stands in the audit trail. Who leaves the procedure is taken off the lists."""
    changes = [
        StageChange(
            application_id=application.id,
            changed_at=now,
            from_stage=application.stage,
            to_stage=target,
            staff_id=staff_id,
            reason=vault.seal(StageChange.reason, reason) if reason else None,
        )
        for application in applications
    ]
    for application in applications:
        application.stage, application.stage_since = target, now
    session.add_all(changes)
    session.flush()
    if target not in PROCEDURE:
        for application in applications:
            _note_on_lists(session, application.id, None, now)
    _audit(session, vault, applications, changes)
    return changes


def put_back_on_lists(session: Session, change: StageChange) -> None:
    """Let the entries stand again that this change took off."""
    _note_on_lists(session, change.application_id, change.changed_at, None)


def tell_of(session: Session, vault: Vault, person_id: int, change: StageChange, now: datetime) -> None:
    """Tell the person of a change, in the same transaction; who withdrew is not told."""
    if change.to_stage is Stage.WITHDRAWN:
        return
    text_key, kind = _TELLS.get(change.to_stage, _TELLS_OTHERWISE)
    tell(
        session,
        vault,
        person_id=person_id,
        text_key=text_key,
        event=event_of(change.id),
        kind=kind,
        now=now,
        expires_at=now + TOLD_WITHIN,
    )


def _audit(session: Session, vault: Vault, applications: Sequence[Application], changes: Sequence[StageChange]) -> None:
    whose = [application.person_id for application in applications]
    refs = {row.id: row.ref for row in session.execute(select(Person.id, Person.ref).where(Person.id.in_(whose)))}
    for application, change in zip(applications, changes, strict=True):
        step = f"{change.from_stage}>{change.to_stage}"
        ref = refs[application.person_id]
        audit.note(session, vault, change.staff_id, "advance", ref, change.changed_at, step)


def _note_on_lists(session: Session, application_id: int, was: datetime | None, becomes: datetime | None) -> None:
    session.execute(
        update(ListEntry)
        .where(ListEntry.application_id == application_id, ListEntry.withdrawn_at.is_not_distinct_from(was))
        .values(withdrawn_at=becomes)
    )
