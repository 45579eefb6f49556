"""A small district of invented people for the tests of the services and the desk."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.domain.application import Application
from core.domain.area import Area, Level
from core.domain.contact import Contact, ContactPerson
from core.domain.person import Person
from core.domain.reference import draw_reference
from core.domain.staff import Role, Staff
from core.domain.stage import Stage
from core.services.contacts import address_hash
from tests.stopped_clock import MID_MAY

CADRE_PHONE, OFFICER_PHONE, TOWNSHIP_PHONE, INSPECTOR_PHONE, ADMIN_PHONE, LEFT_PHONE = (
    f"+861390731000{number}" for number in range(1, 7)
)
_AREAS = (
    ("D", Level.DISTRICT, ""),
    ("T1", Level.TOWNSHIP, "D"),
    ("T2", Level.TOWNSHIP, "D"),
    ("T1V1", Level.VILLAGE, "T1"),
    ("T1V2", Level.VILLAGE, "T1"),
    ("T2V1", Level.VILLAGE, "T2"),
)
_STAFF = (
    (Role.CADRE, "T1V1", CADRE_PHONE),
    (Role.OFFICER, "D", OFFICER_PHONE),
    (Role.OFFICER, "T1", TOWNSHIP_PHONE),
    (Role.INSPECTOR, "D", INSPECTOR_PHONE),
    (Role.ADMIN, "D", ADMIN_PHONE),
)


@dataclass
class District:
    """What was settled: row ids by area code, and staff numbers by role and area."""

    session: Session
    vault: Vault
    areas: dict[str, int] = field(default_factory=dict)
    staff: dict[tuple[Role, str], int] = field(default_factory=dict)


def settle(session: Session, vault: Vault) -> District:
    """Two townships, three villages, staff of every role, and one who has left office."""
    settled = District(session, vault)
    for code, level, parent in _AREAS:
        area = Area(code=code, name=f"名{code}", level=level, parent_id=settled.areas.get(parent))
        session.add(area)
        session.flush()
        settled.areas[code] = area.id
    for role, area_code, phone in _STAFF:
        settled.staff[role, area_code] = _staff(session, vault, role, settled.areas[area_code], phone).id
    _staff(session, vault, Role.ADMIN, settled.areas["D"], LEFT_PHONE).left_at = MID_MAY
    return settled


def _staff(session: Session, vault: Vault, role: Role, area_id: int, phone: str) -> Staff:
    row = Staff(
        name=vault.seal(Staff.name, "周建明"),
        role=role,
        area_id=area_id,
        phone=vault.seal(Staff.phone, phone),
        phone_hash=vault.lookup("staff_phone", phone),
    )
    session.add(row)
    session.flush()
    return row


def somebody(
    session: Session,
    vault: Vault,
    area_id: int,
    *,
    id_number: str = "43052119500312123X",
    stage: Stage | None = Stage.DECLARED,
    year: int = 2026,
    phone: str = "",
) -> str:
    """A person with an application of that year (none without a stage) and a registered phone; the reference."""
    person = Person(
        ref=draw_reference(),
        name=vault.seal(Person.name, "王桂兰"),
        id_number=vault.seal(Person.id_number, id_number),
        id_number_hash=vault.lookup("id_number", id_number),
        area_id=area_id,
        created_at=MID_MAY,
    )
    session.add(person)
    session.flush()
    if stage is not None:
        session.add(Application(person_id=person.id, year=year, stage=stage, stage_since=MID_MAY))
    if phone:
        _serve(session, vault, person.id, phone)
    session.flush()
    return person.ref


def _serve(session: Session, vault: Vault, person_id: int, phone: str) -> None:
    found_by = address_hash(vault, "sms", phone)
    contact = session.query(Contact).filter_by(address_hash=found_by).one_or_none()
    if contact is None:
        address = vault.seal(Contact.address, phone)
        contact = Contact(channel="sms", address=address, address_hash=found_by, introduced_at=MID_MAY)
        session.add(contact)
        session.flush()
    session.add(ContactPerson(contact_id=contact.id, person_id=person_id, linked_at=MID_MAY, linked_by="import"))
