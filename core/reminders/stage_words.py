"""The words of what an office decides about an application: its stage, a rejection with its reason, a confirmation."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import aliased

from core.days import span
from core.delivery.sender import Dropped
from core.domain.application import Application, StageChange
from core.domain.person import Person
from core.policy.amounts import amount_for
from core.reminders.message import Message
from core.services.windows import coming, window_of
from core.texts import _

_later = aliased(StageChange)
_following = select(_later.id).where(_later.application_id == StageChange.application_id, _later.id > StageChange.id)


@dataclass(frozen=True)
class _Change:
    change: StageChange
    application: Application
    person: Person


def stage_changed(message: Message) -> str:
    """The stage reached, and what comes next and when where something does. Raises Dropped where another change has
    followed: that one has a message of its own, or took this one back."""
    found = _last_change(message)
    said = {"ref": found.person.ref, "stage": message.say(f"stage.{found.change.to_stage}")}
    following = coming(message.session, found.change.to_stage, found.application.year, found.person.area_id)
    if following is None:
        return message.say(_("remind.stage_last"), **said, phone=message.settings.office_phone)
    when = span(message.say, following.opens, following.closes, message.planned_on)
    return message.say(_("remind.stage"), **said, next=message.say(f"next.{following.event}"), when=when)


def rejected(message: Message) -> str:
    """That the application was not approved, why, and what can be done. Raises Dropped as `stage_changed`."""
    found = _last_change(message)
    reason = message.vault.open(StageChange.reason, found.change.reason) if found.change.reason else ""
    said = {"ref": found.person.ref, "phone": message.settings.office_phone}
    return message.say(_("remind.rejected"), **said, reason=reason.rstrip("。.；; "))


def confirmed(message: Message) -> str:
    """That the person will be paid, how much a year and when. Raises Dropped as `stage_changed`."""
    found = _last_change(message)
    payout = window_of(message.session, found.application.year, "payout", found.person.area_id)
    when = span(message.say, payout.opens, payout.closes, message.planned_on)
    yuan = amount_for(payout.opens.year, message.settings.amounts).yuan
    return message.say(_("remind.confirmed"), ref=found.person.ref, amount=yuan, when=when)


def _last_change(message: Message) -> _Change:
    change_id = int((message.row.event or "").removeprefix("change:"))
    row = message.session.execute(
        select(StageChange, Application, Person)
        .join(Application, Application.id == StageChange.application_id)
        .join(Person, Person.id == Application.person_id)
        .where(StageChange.id == change_id, Application.stage == StageChange.to_stage, ~_following.exists())
    ).first()
    if row is None:
        raise Dropped("overtaken")
    return _Change(*row)
