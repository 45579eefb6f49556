"""Enrolling a villager's phone at the door: with his consent, proven by a code that goes to that phone and that its
owner reads out; and 不是本人, by which a phone is nobody's until it is confirmed again."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core import audit
from core.confidentiality.vault import Vault
from core.delivery import outbox
from core.delivery.outbox import MessageKind, OutboxRow, State
from core.domain.contact import Contact, ContactPerson, Language
from core.domain.enrolment import Disowned, Enrolment
from core.domain.person import Person
from core.domain.staff import Role
from core.errors import NotAllowed, NotFound
from core.phones import e164
from core.services import quotas
from core.services.acting import Actor
from core.services.areas import lies_within
from core.services.contacts import address_hash, link, note_contact
from core.texts import _

VALID_FOR = timedelta(minutes=15)
CODE_LENGTH = 6
WRONG_TRIES = 5
# To one phone, by whomever: nobody is to be bothered with codes.
CODES_A_DAY = 3
BY_CONSENT = "door"


def begin(session: Session, vault: Vault, actor: Actor, ref: str, phone: str, now: datetime) -> int:
    """Send a code to `phone`, which the person with `ref` wants to be told over; the enrolment's number.

    Raises NotFound for a reference that is not of the actor's area; NotAllowed for what is no mobile number, for one
    that got three codes today, and for whoever is neither cadre nor officer.
    """
    person = _person_of(session, actor, ref)
    number = e164(phone)
    if number is None:
        raise NotAllowed("This is no phone number; give all its digits.")
    contact = _contact(session, vault, number, now)
    if contact.stopped_at is not None or quotas.is_used_up(
        session, vault, "enrolments", contact.address_hash, CODES_A_DAY, now
    ):
        raise NotAllowed("This phone takes no more codes today.")
    quotas.spend(session, vault, "enrolments", contact.address_hash, now)
    code = f"{secrets.randbelow(10**CODE_LENGTH):0{CODE_LENGTH}}"
    enrolment = Enrolment(
        contact_id=contact.id, person_id=person.id, staff_id=actor.staff_id, asked_at=now, expires_at=now + VALID_FOR,
        code_hash=_hash(vault, contact.id, person.id, code), wrong_tries=0,
    )  # fmt: skip
    session.add(enrolment)
    session.flush()
    outbox.enqueue(
        session, vault, contact_id=contact.id, text_key=_("enrol.code"), fields={"code": code}, now=now,
        expires_at=now + VALID_FOR,
    )  # fmt: skip
    return enrolment.id


def confirm(session: Session, vault: Vault, actor: Actor, enrolment_id: int, code: str, now: datetime) -> bool:
    """Link the phone if `code` is the one that its owner read out; the consent is kept with the day and who took it.

    Raises NotAllowed where the enrolment is another's or over.
    """
    enrolment = session.get(Enrolment, enrolment_id, with_for_update=True)
    if enrolment is None or enrolment.staff_id != actor.staff_id or enrolment.consented_at is not None:
        raise NotAllowed("This enrolment is over; begin anew.")
    if now >= enrolment.expires_at or enrolment.wrong_tries >= WRONG_TRIES:
        raise NotAllowed("This enrolment is over; begin anew.")
    if not hmac.compare_digest(enrolment.code_hash, _hash(vault, enrolment.contact_id, enrolment.person_id, code)):
        enrolment.wrong_tries += 1
        return False
    enrolment.consented_at = now
    whose = Disowned.contact_id == enrolment.contact_id, Disowned.person_id == enrolment.person_id
    session.execute(delete(Disowned).where(*whose))
    link(session, enrolment.contact_id, enrolment.person_id, BY_CONSENT, now)
    ref = session.get_one(Person, enrolment.person_id).ref
    audit.note(session, vault, actor.staff_id, "enrol_phone", ref, now, str(enrolment.contact_id))
    return True


def disown(session: Session, contact_id: int, now: datetime) -> int:
    """The owner of the contact says 不是本人: it serves nobody any more, and what waits for it about anybody does not
    leave; how many persons it served."""
    persons = session.scalars(select(ContactPerson.person_id).where(ContactPerson.contact_id == contact_id)).all()
    for person_id in persons:
        session.merge(Disowned(contact_id=contact_id, person_id=person_id, said_at=now))
    session.execute(delete(ContactPerson).where(ContactPerson.contact_id == contact_id))
    waiting = OutboxRow.contact_id == contact_id, OutboxRow.state == State.QUEUED, OutboxRow.person_id.is_not(None)
    ended = {"state": State.CANCELLED, "error": "not_his_phone", "settled_at": now}
    session.execute(update(OutboxRow).where(*waiting, OutboxRow.kind != MessageKind.ANSWER).values(ended))
    return len(persons)


def _person_of(session: Session, actor: Actor, ref: str) -> Person:
    if actor.role not in {Role.CADRE, Role.OFFICER}:
        raise NotAllowed(f"Phones are enrolled by cadres and officers, not by an {actor.role}.")
    person = session.scalars(select(Person).where(Person.ref == ref)).first()
    if person is None or not lies_within(session, person.area_id, actor.area_id):
        raise NotFound("Nobody of your area has this reference.")
    return person


def _contact(session: Session, vault: Vault, number: str, now: datetime) -> Contact:
    whose = Contact.channel == "sms", Contact.address_hash == address_hash(vault, "sms", number)
    contact = session.scalars(select(Contact).where(*whose)).first()
    if contact is None:
        note_contact(session, vault, "sms", number, Language.CHINESE, now)
        contact = session.scalars(select(Contact).where(*whose)).one()
    return contact


def _hash(vault: Vault, contact_id: int, person_id: int, code: str) -> bytes:
    return vault.lookup("enrolment", f"{contact_id}:{person_id}:{code}")
