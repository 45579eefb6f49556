"""Finding people as officers do: by reference, ID number or phone, never by name."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.domain.application import Application
from core.domain.area import Area
from core.domain.contact import Contact, ContactPerson
from core.domain.correction import FormerReference
from core.domain.person import Person
from core.domain.reference import is_reference
from core.domain.stage import Stage
from core.phones import e164
from core.services.contacts import address_hash
from core.services.status import LATEST


@dataclass(frozen=True)
class Found:
    """A person as an officer needs to act on: no name, no ID number."""

    ref: str
    year: int | None
    stage: Stage | None
    area: str


def find_persons(session: Session, vault: Vault, key: str) -> list[Found]:
    """Whoever has `key` as reference, ID number or registered phone; a phone may serve several."""
    compact = "".join(key.split()).upper()
    query = (
        select(Person.ref, Application.year, Application.stage, Area.code)
        .join(Area, Area.id == Person.area_id)
        .join(Application, LATEST, isouter=True)
        .order_by(Person.id)
    )
    if is_reference(compact):
        former = select(FormerReference.person_id).where(FormerReference.ref == compact)
        query = query.where(or_(Person.ref == compact, Person.id.in_(former)))
    elif len(compact) == 18:
        query = query.where(Person.id_number_hash == vault.lookup("id_number", compact))
    else:
        phone = address_hash(vault, "sms", e164(key) or "")
        served = select(ContactPerson.person_id).join(Contact, Contact.id == ContactPerson.contact_id)
        query = query.where(Person.id.in_(served.where(Contact.channel == "sms", Contact.address_hash == phone)))
    return [Found(*row) for row in session.execute(query)]
