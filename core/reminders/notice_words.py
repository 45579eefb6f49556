"""The words of a cadre's or officer's notice, put into the frame for its reader; and of its recall."""

from __future__ import annotations

from core.days import day
from core.delivery.sender import Dropped
from core.domain.area import Area
from core.domain.notice import Notice, NoticeState, notice_of
from core.domain.person import Person
from core.reminders.message import Message
from core.services.notices.copying import COPY
from core.services.notices.ending import RECALL, original_of
from core.services.notices.wording import Wording, names_of, surname_of, wording_of


def notice(message: Message) -> str:
    """The notice as its reader is to read it. Raises Dropped where it was stopped or recalled since. A copy for the
    writer himself, which names the notice in its fields, reads as to somebody of his own name and area."""
    record = _record(message)
    if COPY in message.fields:
        wording = wording_of(message.session, message.vault, record)
        return wording.text(
            message.contact.language, surname_of(wording.signer.chinese), wording.office, message.planned_on
        )
    if record.state is not NoticeState.RELEASED:
        raise Dropped(str(record.state))
    text = reads(message, wording_of(message.session, message.vault, record))
    # A chat brings no receipt: whether it was read is known only where somebody says so.
    if message.contact.channel != "telegram":
        return text
    return text + "\n" + message.say("notice.please_answer")


def recalled(message: Message) -> str:
    """That the notice which the reader had does not hold. Raises Dropped where he has had none."""
    record, original = _record(message), original_of(message.session, message.row)
    if original is None or original.sent_at is None or original.code is None:
        raise Dropped("not_sent")
    wording = wording_of(message.session, message.vault, record)
    language = message.contact.language
    when = original.sent_at.astimezone(message.settings.timezone).date()
    return message.say(
        RECALL,
        office=wording.office[language],
        signer=wording.signer[language],
        day=day(message.say, when, message.planned_on),
        old=original.code,
    )


def reads(message: Message, wording: Wording) -> str:
    """The notice for the person of the row; for a follower, who is nobody of ours, without a name."""
    person = message.session.get(Person, message.row.person_id) if message.row.person_id else None
    village = message.session.get(Area, person.area_id) if person else None
    reader = surname_of(message.vault.open(Person.name, person.name)) if person and wording.has("surname") else None
    place = names_of(village) if village else wording.office
    return wording.text(message.contact.language, reader, place, message.planned_on)


def _record(message: Message) -> Notice:
    notice_id = int(message.fields[COPY]) if COPY in message.fields else notice_of(message.row.event)
    record = message.session.get(Notice, notice_id) if notice_id else None
    if record is None:
        raise Dropped("no_notice")
    return record
