"""The records that a batch of applicants' rows names, fetched in a few statements, and what is added to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.db import Base
from core.domain.application import Application, StageChange
from core.domain.area import Area
from core.domain.contact import Contact, ContactPerson
from core.domain.person import Person
from core.domain.reference import draw_reference
from core.services.contacts import address_hash
from core.services.importing.applicant_row import ApplicantRow

SMS = "sms"


class Records:
    """What is known of the places, people and phones of some rows. Reads only, when it is made."""

    def __init__(self, session: Session, vault: Vault, rows: Sequence[ApplicantRow]) -> None:
        self._session = session
        self._vault = vault
        codes = {row.area for row in rows}
        self.areas = {area.code: area for area in session.scalars(select(Area).where(Area.code.in_(codes)))}
        self._fetch_people(rows)
        self._fetch_applications(rows)
        self._fetch_contacts(rows)
        self._free_refs = self._drawn(len(rows), {row.ref for row in rows})

    def id_hash(self, row: ApplicantRow) -> bytes:
        """The keyed hash of the row's ID number."""
        return self._vault.lookup("id_number", row.id_number)

    def phone_hash(self, phone: str) -> bytes:
        """The keyed hash of an E.164 number as an address."""
        return address_hash(self._vault, SMS, phone)

    def free_ref(self) -> str:
        """A reference that nobody has."""
        return self._free_refs.pop()

    def add_person(self, person: Person) -> None:
        """Let later rows of the batch find a new person."""
        self.by_ref[person.ref] = self.by_id_hash[person.id_number_hash] = person

    def reason_of(self, application: Application) -> str:
        """The reason that stands beside the application's last change of stage; '' if there is none."""
        query = select(StageChange.reason).where(StageChange.application_id == application.id)
        sealed = self._session.scalar(query.order_by(StageChange.id.desc()).limit(1))
        return self._vault.open(StageChange.reason, sealed) if sealed else ""

    def _fetch_people(self, rows: Iterable[ApplicantRow]) -> None:
        refs = {row.ref for row in rows if row.ref}
        hashes = {self.id_hash(row) for row in rows if row.id_number}
        # Two statements, each by its own index; the session gives the same object for the same person.
        people = [
            *self._session.scalars(select(Person).where(Person.ref.in_(refs))),
            *self._session.scalars(select(Person).where(Person.id_number_hash.in_(hashes))),
        ]
        self.by_ref = {person.ref: person for person in people}
        self.by_id_hash = {person.id_number_hash: person for person in people}

    def _fetch_applications(self, rows: Iterable[ApplicantRow]) -> None:
        ids, years = {person.id for person in self.by_ref.values()}, {row.year for row in rows}
        query = select(Application, Person.ref).join(Person, Person.id == Application.person_id)
        found = self._session.execute(query.where(Application.person_id.in_(ids), Application.year.in_(years)))
        self.applications = {(ref, application.year): application for application, ref in found}

    def _fetch_contacts(self, rows: Iterable[ApplicantRow]) -> None:
        refs = {person.id: person.ref for person in self.by_ref.values()}
        served = select(ContactPerson.person_id, Contact).join(Contact).where(ContactPerson.person_id.in_(refs))
        self.phones: dict[str, list[Contact]] = defaultdict(list)
        for person_id, contact in self._session.execute(served):
            # Asked in the statement, this makes SQLite walk through all phones there are.
            if contact.channel == SMS:
                self.phones[refs[person_id]].append(contact)
        hashes = {self.phone_hash(row.phone) for row in rows if row.phone}
        query = select(Contact).where(Contact.channel == SMS, Contact.address_hash.in_(hashes))
        self.contacts = {contact.address_hash: contact for contact in self._session.scalars(query)}

    def _drawn(self, count: int, given: set[str]) -> list[str]:
        drawn: set[str] = set()
        while len(drawn) < count:
            tried = {draw_reference() for _ in range(count - len(drawn))} - given
            drawn |= tried - set(self._session.scalars(select(Person.ref).where(Person.ref.in_(tried))))
        return list(drawn)


class Additions:
    """What a batch adds. Rows that name each other by id are written only once those have one."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now
        self._applications: list[tuple[Person, Application, bytes | None]] = []
        self._links: list[tuple[Contact, Person]] = []

    def application(self, person: Person, application: Application, reason: bytes | None) -> None:
        """A new application, with the sealed reason of the stage that it begins at."""
        self._applications.append((person, application, reason))

    def link(self, contact: Contact, person: Person) -> None:
        """That the contact serves the person from now on."""
        self._links.append((contact, person))

    def write(self) -> None:
        """Write all of it."""
        self._session.flush()
        for person, application, _ in self._applications:
            application.person_id = person.id
            self._session.add(application)
        self._session.flush()
        self._insert(
            StageChange,
            (
                {
                    "application_id": application.id,
                    "to_stage": application.stage,
                    "changed_at": self._now,
                    "reason": reason,
                }
                for _, application, reason in self._applications
            ),
        )
        self._insert(
            ContactPerson,
            (
                {"contact_id": contact.id, "person_id": person.id, "linked_at": self._now, "linked_by": "import"}
                for contact, person in self._links
            ),
        )

    def _insert(self, kind: type[Base], rows: Iterable[dict[str, object]]) -> None:
        # Nothing here needs their ids, so that they need not become objects first.
        if values := list(rows):
            self._session.execute(insert(kind), values)
