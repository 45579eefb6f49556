"""What the database holds after a conversation, as a few plain words that a script can state."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.delivery.outbox import OutboxRow
from core.dialogue.session import DialogueSession, open_talk
from core.domain.attempt import Attempts
from core.domain.contact import Contact, ContactPerson
from core.domain.person import Person
from core.schema import Base
from core.services.contacts import address_hash

UNTOLD = frozenset({"heartbeats"})  # the running processes' own


def counts(session: Session) -> dict[str, int]:
    """How many rows each table has."""
    tables = [table for table in Base.metadata.sorted_tables if table.name not in UNTOLD]
    return {str(table.name): session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def picture(
    session: Session, vault: Vault, before: dict[str, int], people: dict[str, tuple[str, str]]
) -> dict[str, Any]:
    """The database after a conversation that began with `before` rows; `people` are (channel, address) by name."""
    found: dict[str, Any] = {}
    if talk := _talk(session, vault, *people["me"]):
        found["talk"] = talk
    known = {name: _contact(session, vault, *whose) for name, whose in people.items()}
    found["contacts"] = {name: words for name, words in known.items() if words}
    if tries := list(session.scalars(select(Attempts.wrong).where(Attempts.wrong > 0).order_by(Attempts.wrong))):
        found["wrong tries"] = tries
    if sent := [f"{row.text_key} {row.state}" for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id))]:
        found["outbox"] = sent
    gained = {name: number - before[name] for name, number in counts(session).items() if number != before[name]}
    found["rows gained"] = gained
    return found


def _talk(session: Session, vault: Vault, channel: str, address: str) -> str:
    row = session.get(DialogueSession, address_hash(vault, channel, address))
    talk = open_talk(vault, row.state, row.revision) if row else None
    return f"{talk.flow} {talk.step}".strip() if talk else ""


def _contact(session: Session, vault: Vault, channel: str, address: str) -> str:
    whose = address_hash(vault, channel, address)
    contact = session.scalar(select(Contact).where(Contact.channel == channel, Contact.address_hash == whose))
    if contact is None:
        return ""
    served = (
        select(Person.ref)
        .join(ContactPerson, ContactPerson.person_id == Person.id)
        .where(ContactPerson.contact_id == contact.id)
        .order_by(Person.id)
    )
    words = [str(contact.language)]
    words += ["introduced"] if contact.introduced_at else []
    words += ["opted out"] if contact.opted_out_at else []
    words += [f"serves {' '.join(refs)}"] if (refs := session.scalars(served).all()) else []
    return ", ".join(words)
