"""Is this really from you? Genuine, with the office, the day and what it said; recalled; or not ours."""

from __future__ import annotations

import json

from core.days import day
from core.delivery.introduction import TEXT as INTRODUCTION
from core.delivery.outbox import MessageKind, OutboxRow
from core.delivery.sender import Dropped
from core.dialogue.prompt import Prompt
from core.dialogue.session import Talk
from core.dialogue.turn import Outcome, Turn
from core.domain.area import Area
from core.domain.contact import Contact
from core.domain.notice import Notice, NoticeState, notice_of
from core.domain.person import Person
from core.reminders.compose import WORDS, from_fields
from core.reminders.message import Message
from core.reminders.notice_words import reads
from core.services.notices.ending import RECALL
from core.services.notices.genuine import message_with
from core.services.notices.wording import Names, Wording, names_of, wording_of
from core.services.status import Locked
from core.texts import _

_KINDS = {
    MessageKind.ANSWER: _("genuine.kind.code"),
    MessageKind.DECISION: _("genuine.kind.decision"),
    MessageKind.REMINDER: _("genuine.kind.reminder"),
    MessageKind.NOTICE: _("genuine.kind.notice"),
    MessageKind.URGENT: _("genuine.kind.notice"),
}
# In what another person got, his surname is not told.
_SOMEBODY = Names("某", "...")


def with_code(turn: Turn, code: str, talk: Talk | None, *, alone: bool = False) -> Outcome:
    """What we say of the message with that code, which was sent `alone` (and may be mistyped) or stood in a text; the
    talk, if any, goes on."""
    phone = turn.settings.office_phone
    try:
        row = message_with(
            turn.session, turn.vault, turn.sender.address_hash, turn.sender.contact_id, code, turn.now
        )  # fmt: skip
    except Locked:
        return Outcome((Prompt(turn.say("genuine.locked", phone=phone)),), talk)
    if row is None:
        key = _("genuine.no_such_code") if alone else _("genuine.not_ours")
        return Outcome((Prompt(turn.say(key, phone=phone)),), talk)
    return Outcome(tuple(map(Prompt, _about(turn, row))), talk)


def _about(turn: Turn, row: OutboxRow) -> tuple[str, ...]:
    notice_id = notice_of(row.event)
    notice = turn.session.get(Notice, notice_id) if notice_id else None
    return _about_notice(turn, row, notice) if notice else _about_personal(turn, row)


def _about_notice(turn: Turn, row: OutboxRow, notice: Notice) -> tuple[str, ...]:
    wording = wording_of(turn.session, turn.vault, notice)
    language = turn.sender.language
    said = {"office": wording.office[language], "signer": wording.signer[language], "day": _day(turn, row)}
    if row.text_key == RECALL:
        return (turn.say("genuine.is_recall", **said),)
    if notice.state is NoticeState.RECALLED:
        return (turn.say("genuine.recalled", **said),)
    return turn.say("genuine.notice", **said), _as_sent(turn, row, wording)


def _as_sent(turn: Turn, row: OutboxRow, wording: Wording) -> str:
    contact = turn.session.get_one(Contact, row.contact_id)
    message = _message(turn, row, contact)
    if row.contact_id == turn.sender.contact_id:
        return reads(message, wording)
    person = turn.session.get(Person, row.person_id) if row.person_id else None
    village = names_of(turn.session.get_one(Area, person.area_id)) if person else wording.office
    reader = _SOMEBODY if person else None
    return wording.text(contact.language, reader, village, message.planned_on)


def _about_personal(turn: Turn, row: OutboxRow) -> tuple[str, ...]:
    said = {"day": _day(turn, row), "kind": turn.say(_KINDS[row.kind])}
    if row.contact_id != turn.sender.contact_id:
        return (turn.say("genuine.of_another", phone=turn.settings.office_phone, **said),)
    text = _composed(turn, row) if row.kind is not MessageKind.ANSWER else ""
    return (turn.say("genuine.own", day=said["day"]), text) if text else (turn.say("genuine.own_kind", **said),)


def _composed(turn: Turn, row: OutboxRow) -> str:
    """The message as it was sent; '' where its records say something else by now, or nothing any more."""
    if row.text_key == INTRODUCTION:
        return ""
    try:
        message = _message(turn, row, turn.session.get_one(Contact, row.contact_id))
        return WORDS.get(row.text_key, from_fields)(message)
    except Dropped:
        return ""


def _message(turn: Turn, row: OutboxRow, contact: Contact) -> Message:
    fields = json.loads(turn.vault.open(OutboxRow.fields, row.fields)) if row.fields else {}
    say = turn.in_language(contact.language).say
    return Message(turn.session, turn.vault, turn.settings, row, contact, say, fields, turn.now)


def _day(turn: Turn, row: OutboxRow) -> str:
    sent = (row.sent_at or row.created_at).astimezone(turn.settings.timezone).date()
    return day(turn.say, sent, turn.now.date())
