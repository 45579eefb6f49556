"""Who acts: the member of staff that a command names, proven by the PIN."""

from __future__ import annotations

from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.domain.staff import Role, Staff
from core.errors import NotAllowed, NotFound
from core.phones import e164

WRONG_PINS = 5
SHORTEST_PIN = 4


@dataclass(frozen=True)
class Actor:
    """Who acts, with which role, for which area."""

    staff_id: int
    role: Role
    area_id: int


def find_staff(session: Session, vault: Vault, named: str) -> Staff:
    """The member of staff with that staff number or phone. Raises NotFound, also for who has left office."""
    staff = session.get(Staff, int(named)) if named.isascii() and named.isdigit() and len(named) < 9 else None
    if staff is None:
        phone = e164(named)
        found = vault.lookup("staff_phone", phone) if phone else b""
        staff = session.scalar(select(Staff).where(Staff.phone_hash == found))
    if staff is None or staff.left_at is not None:
        raise NotFound("Nobody in office has this staff number or phone; `jiangfu staff list` shows who is.")
    return staff


def prove(session: Session, vault: Vault, named: str, pin: str) -> Actor | None:
    """The member of staff named, if `pin` is theirs; None, with the wrong try counted, if not. Whoever has no PIN yet
    sets it by this first use.

    Raises NotFound, or NotAllowed after five wrong PINs in a row: then a new PIN must be set at the office.
    """
    staff = find_staff(session, vault, named)
    if staff.pin_hash is None:
        set_pin(staff, pin)
        return Actor(staff.id, staff.role, staff.area_id)
    if staff.wrong_pins >= WRONG_PINS:
        raise NotAllowed("Five wrong PINs: an administrator sets a new one with `jiangfu staff pin`.")
    try:
        PasswordHasher().verify(staff.pin_hash, pin)
    except (VerifyMismatchError, InvalidHashError):
        staff.wrong_pins += 1
        return None
    staff.wrong_pins = 0
    return Actor(staff.id, staff.role, staff.area_id)


def set_pin(staff: Staff, pin: str) -> None:
    """Give `staff` the PIN `pin` (at least four characters), kept as an Argon2id hash. Raises NotAllowed if shorter."""
    if len(pin) < SHORTEST_PIN:
        raise NotAllowed(f"A PIN has at least {SHORTEST_PIN} characters; set JIANGFU_PIN or type it when asked.")
    staff.pin_hash = PasswordHasher().hash(pin)
    staff.wrong_pins = 0
