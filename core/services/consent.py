"""Opt-out noted by a cadre or an officer, for somebody who asks at the door to be left alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit
from core.confidentiality.vault import Vault
from core.domain.contact import Contact, ContactPerson
from core.domain.person import Person
from core.domain.staff import Role
from core.errors import NotAllowed, NotFound
from core.phones import e164
from core.services.acting import Actor
from core.services.areas import lies_within
from core.services.contacts import address_hash, set_opted_out

_MAY = frozenset({Role.CADRE, Role.OFFICER, Role.ADMIN})


def note_opt_out(session: Session, vault: Vault, phone: str, actor: Actor, opted_out: bool, now: datetime) -> None:
    """End what is sent unasked to `phone`, as 退订 from that phone would; where not `opted_out`, undo that.

    Raises NotAllowed for a role that sees nobody's contacts; NotFound where the number serves nobody of the actor's
    area, in the same words whether or not the line knows it.
    """
    if actor.role not in _MAY:
        raise NotAllowed(f"A {actor.role} does not see whom the line reaches.")
    contact_id = session.scalar(
        select(Contact.id).where(
            Contact.channel == "sms", Contact.address_hash == address_hash(vault, "sms", e164(phone) or "")
        )
    )
    villages = session.scalars(
        select(Person.area_id)
        .join(ContactPerson, ContactPerson.person_id == Person.id)
        .where(ContactPerson.contact_id == contact_id)
        .distinct()
    )
    if contact_id is None or not any(lies_within(session, village, actor.area_id) for village in villages.all()):
        raise NotFound("This number serves nobody of your area; `jiangfu applicants find` shows whom it serves.")
    set_opted_out(session, contact_id, now if opted_out else None)
    audit.note(session, vault, actor.staff_id, "opt_out" if opted_out else "opt_in", f"contact {contact_id}", now)
