"""Linking a chat or a phone to a member of staff, by a one-time code that the office hands out."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core import audit
from core.confidentiality.vault import Vault
from core.domain.contact import Contact
from core.domain.staff import Role, Staff
from core.domain.staff_chat import StaffContact, StaffInvite
from core.errors import NotAllowed
from core.services import attempts
from core.services.acting import Actor, find_staff
from core.services.areas import lies_within
from core.services.contacts import address_hash

# No other number of the line has twelve digits, so a number says what it is.
CODE_LENGTH = 12
VALID_FOR = timedelta(days=1)


def invite(session: Session, vault: Vault, actor: Actor, named: str, now: datetime) -> str:
    """A code for the member of staff named (number or phone), good once and for a day; an earlier one ends.

    Raises NotFound for nobody in office, NotAllowed where `actor` is not over him.
    """
    staff = find_staff(session, vault, named)
    check_over(session, actor, staff)
    code = f"{secrets.randbelow(10**CODE_LENGTH):0{CODE_LENGTH}}"
    session.merge(StaffInvite(staff_id=staff.id, code_hash=_hash(vault, code), expires_at=now + VALID_FOR))
    session.flush()
    audit.note(session, vault, actor.staff_id, "invite_staff", f"staff {staff.id}", now)
    return code


def check_over(session: Session, actor: Actor, staff: Staff) -> None:
    """Raise NotAllowed for whoever is neither an administrator nor an officer over that cadre."""
    over = (
        actor.role is Role.OFFICER and staff.role is Role.CADRE and lies_within(session, staff.area_id, actor.area_id)
    )
    if actor.role is not Role.ADMIN and not over:
        raise NotAllowed("Staff are invited and revoked by an administrator, cadres also by the officers over them.")


def accept(session: Session, vault: Vault, contact_id: int, code: str, now: datetime) -> bool:
    """Link the contact if `code` is good. A phone must be the registered one: only then codes can be sent back to it.
    Five wrong codes within a day lock the contact, for right ones too."""
    key = vault.lookup("tries.staff", str(contact_id))
    locked = attempts.is_locked(session, key, attempts.SENDER_TRIES, now)
    found = select(StaffInvite).where(StaffInvite.code_hash == _hash(vault, code), StaffInvite.expires_at > now)
    waiting = session.scalars(found).first()
    staff = session.get(Staff, waiting.staff_id) if waiting else None
    is_good = not locked and staff is not None and staff.left_at is None and _fits(session, vault, contact_id, staff)
    attempts.count(session, key, not is_good, now)
    if staff is None or not is_good:
        return False
    _link(session, contact_id, staff.id, now)
    audit.note(session, vault, staff.id, "link_staff", f"contact {contact_id}", now)
    return True


def actor_of(session: Session, contact_id: int | None) -> Actor | None:
    """Who in office speaks from that contact; None for anybody else."""
    if contact_id is None:
        return None
    mine = select(Staff).join(StaffContact, StaffContact.staff_id == Staff.id)
    staff = session.scalars(mine.where(StaffContact.contact_id == contact_id, Staff.left_at.is_(None))).first()
    return Actor(staff.id, staff.role, staff.area_id) if staff else None


def _link(session: Session, contact_id: int, staff_id: int, now: datetime) -> None:
    """One contact a channel: the chat before is no longer his, and neither is this one anybody else's."""
    channel = select(Contact.channel).where(Contact.id == contact_id).scalar_subquery()
    of_channel = select(Contact.id).where(Contact.channel == channel)
    before = StaffContact.staff_id == staff_id, StaffContact.contact_id.in_(of_channel)
    session.execute(delete(StaffContact).where(*before))
    session.execute(delete(StaffInvite).where(StaffInvite.staff_id == staff_id))
    session.merge(StaffContact(contact_id=contact_id, staff_id=staff_id, linked_at=now))
    session.flush()


def _fits(session: Session, vault: Vault, contact_id: int, staff: Staff) -> bool:
    contact = session.get_one(Contact, contact_id)
    phone = vault.open(Staff.phone, staff.phone)
    return contact.channel != "sms" or contact.address_hash == address_hash(vault, "sms", phone)


def _hash(vault: Vault, code: str) -> bytes:
    return vault.lookup("staff_invite", code)
