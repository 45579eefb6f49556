"""Contacts: how one is found, noted at its first message, linked to persons, stopped, and told to be silent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session, aliased

from core.confidentiality.vault import Vault
from core.domain.contact import Contact, ContactPerson, Language


def address_hash(vault: Vault, channel: str, address: str) -> bytes:
    """The keyed hash (32 bytes) that finds `address` on `channel`: for `sms` an E.164 number, for a chat its id."""
    return vault.lookup("address", f"{channel}:{address}")


def note_contact(
    session: Session,
    vault: Vault,
    channel: str,
    address: str,
    language: Language,
    introduced_at: datetime,
    opted_out_at: datetime | None = None,
) -> None:
    """Add the contact that has just written for the first time.

    Raises IntegrityError where another worker has noted it meanwhile.
    """
    values = {
        "channel": channel,
        "address": vault.seal(Contact.address, address),
        "address_hash": address_hash(vault, channel, address),
        "language": language,
        "introduced_at": introduced_at,
        "opted_out_at": opted_out_at,
    }
    session.execute(insert(Contact), values)


def link(session: Session, contact_id: int, person_id: int, linked_by: str, now: datetime) -> None:
    """Note that the contact serves the person; nothing changes where it already does."""
    if session.get(ContactPerson, (contact_id, person_id)) is None:
        session.add(ContactPerson(contact_id=contact_id, person_id=person_id, linked_at=now, linked_by=linked_by))


def phone_of(session: Session, person_id: int) -> int | None:
    """The contact of the person's registered phone; None where there is none that takes messages."""
    served = select(ContactPerson.contact_id).where(ContactPerson.person_id == person_id)
    usable = Contact.id.in_(served), Contact.channel == "sms", Contact.stopped_at.is_(None)
    return session.scalar(select(Contact.id).where(*usable).order_by(Contact.id.desc()).limit(1))


def set_opted_out(session: Session, contact_id: int, opted_out_at: datetime | None) -> None:
    """End what is sent unasked to the contact, and to its person's other channels if it serves that one alone; with
    None, undo that."""
    together = Contact.id.in_(_together(session, contact_id))
    session.execute(update(Contact).where(together).values(opted_out_at=opted_out_at))


def note_stopped(session: Session, vault: Vault, channel: str, address: str, reason: str | None, now: datetime) -> None:
    """Note that the channel itself refuses the address, for `reason`; None: that it takes messages again."""
    whose = Contact.channel == channel, Contact.address_hash == address_hash(vault, channel, address)
    values = {"stopped_at": now if reason else None, "stopped_reason": reason}
    session.execute(update(Contact).where(*whose).values(values))


def _together(session: Session, contact_id: int) -> list[int]:
    # The contact, and the other contacts of its person; of a number that a family shares, the number alone.
    mine, other = aliased(ContactPerson), aliased(ContactPerson)
    serves = select(func.count()).where(ContactPerson.contact_id == contact_id)
    if session.scalar(serves) != 1:
        return [contact_id]
    others = select(other.contact_id).join(mine, mine.person_id == other.person_id).where(mine.contact_id == contact_id)
    return list(session.scalars(others))
