"""A register of invented applicants, as large as asked for, written in bulk into a fresh database."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session
from stdnum import damm

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.application import Application
from core.domain.area import Area, Level
from core.domain.contact import Contact, ContactPerson
from core.domain.person import Person
from core.domain.stage import PROCEDURE
from core.services.contacts import address_hash

SINCE = datetime(2026, 4, 6, tzinfo=UTC)
BATCH = 10_000
VILLAGES = 50


def phone_of(number: int) -> str:
    """The phone of the applicant with that number, from 0."""
    return f"+861{3_000_000_000 + number:010}"


def fill(sessions: Sessions, vault: Vault, applicants: int) -> None:
    """Write `applicants` persons, each with an application, a phone of their own, and a history that began before."""
    with transaction(sessions) as session:
        district = Area(code="Q", name="区", level=Level.DISTRICT)
        session.add(district)
        session.flush()
        villages = [
            Area(code=f"Q{n}", name=f"村{n}", level=Level.VILLAGE, parent_id=district.id) for n in range(VILLAGES)
        ]
        session.add_all(villages)
        session.flush()
        areas = [village.id for village in villages]
    for first in range(0, applicants, BATCH):
        with transaction(sessions) as session:
            _batch(session, vault, range(first, min(first + BATCH, applicants)), areas)


def _batch(session: Session, vault: Vault, numbers: range, areas: list[int]) -> None:
    draw = random.Random(numbers.start)  # noqa: S311 - invented people, not secrets
    session.execute(insert(Person), list(_persons(vault, numbers, areas)))
    session.execute(
        insert(Application),
        [
            {"id": n + 1, "person_id": n + 1, "year": 2026, "stage": draw.choice(PROCEDURE), "stage_since": SINCE}
            for n in numbers
        ],
    )
    session.execute(
        insert(Contact),
        [
            {
                "id": n + 1,
                "channel": "sms",
                "address": vault.seal(Contact.address, phone_of(n)),
                "address_hash": address_hash(vault, "sms", phone_of(n)),
                "introduced_at": SINCE,
            }
            for n in numbers
        ],
    )
    session.execute(
        insert(ContactPerson),
        [{"contact_id": n + 1, "person_id": n + 1, "linked_at": SINCE, "linked_by": "import"} for n in numbers],
    )


def _persons(vault: Vault, numbers: range, areas: list[int]) -> Iterator[dict[str, object]]:
    for n in numbers:
        stem = str(1_000_000 + n)
        id_number = f"430600{19400101 + n % 200_000}{n % 10_000:04}"
        yield {
            "id": n + 1,
            "ref": stem + damm.calc_check_digit(stem),
            "name": vault.seal(Person.name, "某某某"),
            "id_number": vault.seal(Person.id_number, id_number),
            "id_number_hash": vault.lookup("id_number", f"{n}"),
            "area_id": areas[n % len(areas)],
            "created_at": SINCE,
        }
