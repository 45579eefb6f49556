"""The inspectors' public keys: registered, revoked, and which of them count for an area today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core import audit
from core.confidentiality.inspector_key import PublicHalf
from core.confidentiality.sealing import SLOTS
from core.confidentiality.vault import Vault
from core.domain.area import Area
from core.domain.report import InspectorKeyRow
from core.domain.staff import Role, Staff
from core.errors import NotAllowed, NotFound
from core.services.acting import Actor, find_staff


@dataclass(frozen=True)
class Registered:
    """A registered key: its number, the public half, whose it is, of which area, and whether it counts."""

    number: int
    half: PublicHalf
    staff_id: int
    area_code: str
    counts: bool


_HALVES = select(InspectorKeyRow.sealing, InspectorKeyRow.signing).order_by(InspectorKeyRow.id.desc())
_COUNTING = (
    select(InspectorKeyRow.id)
    .join(Staff, Staff.id == InspectorKeyRow.staff_id)
    .where(
        InspectorKeyRow.revoked_at.is_(None),
        Staff.left_at.is_(None),
        Staff.role == Role.INSPECTOR,
        Staff.area_id == InspectorKeyRow.area_id,
    )
)


def add_key(session: Session, vault: Vault, half: PublicHalf, named: str, actor: Actor, now: datetime) -> int:
    """Register the public half of the inspector named (staff number or phone); the key's number.

    Raises NotFound for nobody in office; NotAllowed where that is no inspector, where somebody but the inspector and an
    administrator asks, where the key was ever registered before, or where the area has eight keys already.
    """
    owner = find_staff(session, vault, named)
    if owner.role is not Role.INSPECTOR:
        raise NotAllowed("Only inspectors have keys; this member of staff is none.")
    if actor.role is not Role.ADMIN and actor.staff_id != owner.id:
        raise NotAllowed("An inspector's key is registered by the inspector or by an administrator.")
    if session.scalar(select(InspectorKeyRow.id).where(InspectorKeyRow.sealing == half.sealing)) is not None:
        raise NotAllowed("This key was registered before; `jiangfu reports keygen` makes a new one.")
    if len(keys_of(session, owner.area_id)) >= SLOTS:
        raise NotAllowed(f"This area has {SLOTS} keys, which is the most; revoke one first.")
    row = InspectorKeyRow(
        staff_id=owner.id,
        area_id=owner.area_id,
        sealing=half.sealing,
        signing=half.signing,
        added_at=now,
        added_by=actor.staff_id,
    )
    session.add(row)
    session.flush()
    audit.note(session, vault, actor.staff_id, "key_added", str(row.id), now, half.fingerprint)
    return row.id


def revoke_key(session: Session, vault: Vault, number: int, actor: Actor, now: datetime) -> None:
    """Seal nothing more to the key of that number; what was sealed to it before stays so.

    Raises NotFound where no such key counts, NotAllowed for who is neither its owner nor an administrator.
    """
    row = session.get(InspectorKeyRow, number)
    if row is None or row.revoked_at is not None:
        raise NotFound("No key of that number is in use; `jiangfu reports key list` shows which are.")
    if actor.role is not Role.ADMIN and actor.staff_id != row.staff_id:
        raise NotAllowed("A key is revoked by its owner or by an administrator.")
    row.revoked_at = now
    session.flush()
    audit.note(session, vault, actor.staff_id, "key_revoked", str(number), now)


def keys_of(session: Session, area_id: int) -> tuple[PublicHalf, ...]:
    """The keys that count for the inspectors of the area today."""
    return _halves(session, _HALVES.where(InspectorKeyRow.area_id == area_id, InspectorKeyRow.id.in_(_COUNTING)))


def keys_of_staff(session: Session, staff_id: int, only_counting: bool = False) -> tuple[PublicHalf, ...]:
    """Every key that the member of staff ever had, the newest first, for old reports open with old keys; or only those
    that count today."""
    mine = _HALVES.where(InspectorKeyRow.staff_id == staff_id)
    return _halves(session, mine.where(InspectorKeyRow.id.in_(_COUNTING)) if only_counting else mine)


def is_registered(session: Session, half: PublicHalf) -> bool:
    """Whether the key was ever registered here, whether or not it still counts."""
    return session.scalar(select(InspectorKeyRow.id).where(InspectorKeyRow.sealing == half.sealing)) is not None


def any_key_counts(session: Session) -> bool:
    """Whether any inspector's key counts today."""
    return session.scalar(_COUNTING.limit(1)) is not None


def all_keys(session: Session) -> Sequence[Registered]:
    """Every key that was ever registered, in order."""
    counting = set(session.scalars(_COUNTING))
    rows = session.execute(
        select(InspectorKeyRow, Area.code).join(Area, Area.id == InspectorKeyRow.area_id).order_by(InspectorKeyRow.id)
    )
    return [
        Registered(key.id, PublicHalf(key.sealing, key.signing), key.staff_id, area, key.id in counting)
        for key, area in rows
    ]


def _halves(session: Session, query: Select[bytes, bytes]) -> tuple[PublicHalf, ...]:
    return tuple(PublicHalf(sealing, signing) for sealing, signing in session.execute(query))
