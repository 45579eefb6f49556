"""A copy of a notice to its writer's own phone, to see how it reads there before anybody else gets it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.delivery import outbox
from core.domain.contact import Contact, Language
from core.domain.staff import Staff
from core.errors import NotAllowed
from core.services.acting import Actor
from core.services.contacts import address_hash, note_contact
from core.services.notices.finding import notice_in_area
from core.services.notices.wording import FRAME

# The field of a message that names the notice which it is a copy of.
COPY = "notice"
KEPT_FOR = timedelta(hours=1)


def send_copy(session: Session, vault: Vault, actor: Actor, notice_id: int, now: datetime) -> None:
    """Put a copy for the actor's registered phone into the outbox; being asked for, it goes at any hour.

    Raises NotFound for a notice that is not of the actor's area; NotAllowed where the phone takes no messages.
    """
    notice = notice_in_area(session, actor, notice_id)
    contact = phone_of_staff(session, vault, actor.staff_id, now)
    if contact.stopped_at is not None:
        raise NotAllowed("Your own registered phone takes no messages; the office corrects it by an import of staff.")
    fields = {COPY: str(notice.id)}
    outbox.enqueue(
        session, vault, contact_id=contact.id, text_key=FRAME, fields=fields, now=now, expires_at=now + KEPT_FOR
    )


def phone_of_staff(session: Session, vault: Vault, staff_id: int, now: datetime) -> Contact:
    """The contact of the registered phone of a member of staff, noted where it was never heard of."""
    phone = vault.open(Staff.phone, session.get_one(Staff, staff_id).phone)
    whose = Contact.channel == "sms", Contact.address_hash == address_hash(vault, "sms", phone)
    contact = session.scalars(select(Contact).where(*whose)).first()
    if contact is None:
        note_contact(session, vault, "sms", phone, Language.CHINESE, now)
        contact = session.scalars(select(Contact).where(*whose)).one()
    return contact
