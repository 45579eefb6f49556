"""What a thief of the database finds: no name, no phone, no ID number, in no table, file, or write-ahead log."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text, update

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.area import Area, Level
from core.domain.contact import Contact, ContactPerson
from core.domain.person import Person
from core.domain.reference import draw_reference
from core.domain.staff import Role, Staff
from tests.engines import on_postgresql, on_sqlite
from tests.rows import NOON, fill

PHONE, ID_NUMBER, NAME = "+8613800138000", "43052119500312123X", "王桂兰"
CANARIES = (PHONE, PHONE[3:], ID_NUMBER, NAME)


@pytest.fixture
def records(sessions: Sessions, vault: Vault) -> None:
    """A person, a contact and a member of staff, as the program writes them, and every sealed column filled."""
    with transaction(sessions) as session:
        fill(session, vault, " ".join(CANARIES))
        session.add(area := Area(code="431302", name="东湖区", level=Level.DISTRICT))
        session.flush()
        person = Person(
            ref=draw_reference(),
            name=vault.seal(Person.name, NAME),
            id_number=vault.seal(Person.id_number, ID_NUMBER),
            id_number_hash=vault.lookup("id_number", ID_NUMBER),
            area_id=area.id,
            created_at=NOON,
        )
        contact = Contact(
            channel="sms",
            address=vault.seal(Contact.address, PHONE),
            address_hash=vault.lookup("sms", PHONE),
        )
        staff = Staff(
            name=vault.seal(Staff.name, NAME),
            role=Role.CADRE,
            area_id=area.id,
            phone=vault.seal(Staff.phone, PHONE),
            phone_hash=vault.lookup("phone", PHONE),
        )
        session.add_all([person, contact, staff])
        session.flush()
        session.add(ContactPerson(contact_id=contact.id, person_id=person.id, linked_at=NOON, linked_by="import"))


def _in_clear(stolen: bytes) -> list[str]:
    """The canaries that `stolen` holds: as text in any encoding that a database may use, or as hexadecimal digits."""
    return [
        canary
        for canary in CANARIES
        for code in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
        if (form := canary.encode(code)) in stolen or form.hex().encode() in stolen.lower()
    ]


@on_sqlite
def test_no_file_of_sqlite_holds_a_person(engine: Engine, records: None, database_url: str) -> None:
    """Neither the database nor its write-ahead log, while the program runs."""
    file = Path(database_url.removeprefix("sqlite:///"))
    files = sorted(file.parent.glob(f"{file.name}*"))
    assert [path.name for path in files] == ["jiangfu.db", "jiangfu.db-shm", "jiangfu.db-wal"]
    stolen = b"".join(path.read_bytes() for path in files)
    assert "东湖区".encode() in stolen
    assert _in_clear(stolen) == []


def _dump(engine: Engine) -> bytes:
    """Every row of every table, as the database itself writes it out."""
    lines = []
    with engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            lines += [str(row[0]) for row in connection.execute(text(f'SELECT t::text FROM "{table}" AS t'))]
    return "\n".join(lines).encode()


@on_postgresql
def test_no_row_of_postgresql_holds_a_person(engine: Engine, records: None) -> None:
    """A dump of all tables shows areas and row ids, and nobody."""
    stolen = _dump(engine)
    assert "东湖区".encode() in stolen
    assert _in_clear(stolen) == []


@on_postgresql
def test_the_search_would_find_a_person(engine: Engine, sessions: Sessions, records: None) -> None:
    """A name kept unsealed, in text or in bytes, would fail the test above."""
    with transaction(sessions) as session:
        session.execute(update(Person).values(name=NAME.encode()))
        session.execute(update(Area).values(name=PHONE))
    assert set(_in_clear(_dump(engine))) == {NAME, PHONE, PHONE[3:]}
