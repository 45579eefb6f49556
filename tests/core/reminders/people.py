"""The small district with people of every audience, and what the outbox holds for them."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import OutboxRow, State
from core.domain.area import Area
from core.domain.contact import Contact, ContactPerson
from core.domain.person import Person
from core.domain.stage import Stage
from core.domain.window import WindowChange
from core.services.contacts import address_hash
from tests.districts import District, settle, somebody
from tests.stopped_clock import MID_MAY, SHANGHAI


class People:
    """Persons added one by one, each with a phone of his own unless told otherwise; found by a word of the test's."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self.session = session
        self.vault = vault
        self.district: District = settle(session, vault)
        self.ids: dict[str, int] = {}

    def add(
        self, word: str, stage: Stage | None = None, village: str = "T1V1", year: int = 2026, phone: str | None = None
    ) -> int:
        """A person in that village; the id."""
        number = len(self.ids)
        ref = somebody(
            self.session,
            self.vault,
            self.district.areas[village],
            id_number=f"{430521195003120000 + number}",
            stage=stage,
            year=year,
            phone=f"+861380013{number:04}" if phone is None else phone,
        )
        self.session.execute(update(Contact).where(Contact.channel == "sms").values(introduced_at=None))
        person = self.session.scalars(select(Person).where(Person.ref == ref)).one()
        person.created_at = at(2026, 1, 5, 9)
        self.ids[word] = person.id
        return person.id

    def chat(self, word: str) -> int:
        """Link a chat to that person; the contact's id."""
        address = f"70{self.ids[word]}"
        contact = Contact(
            channel="telegram",
            address=self.vault.seal(Contact.address, address),
            address_hash=address_hash(self.vault, "telegram", address),
            introduced_at=MID_MAY,
        )
        self.session.add(contact)
        self.session.flush()
        person_id = self.ids[word]
        self.session.add(ContactPerson(contact_id=contact.id, person_id=person_id, linked_at=MID_MAY, linked_by="code"))
        self.session.flush()
        return contact.id

    def phone(self, word: str) -> Contact:
        """The contact of that person's phone."""
        served = select(ContactPerson.contact_id).where(ContactPerson.person_id == self.ids[word])
        return self.session.scalars(select(Contact).where(Contact.id.in_(served), Contact.channel == "sms")).one()


def move(session: Session, window: str, area: str, opens: date, closes: date, changed_at: datetime = MID_MAY) -> int:
    """Move a window, as an office would; the change's id."""
    area_id = session.scalars(select(Area.id).where(Area.code == area)).one()
    change = WindowChange(
        year=opens.year, window=window, area_id=area_id, opens=opens, closes=closes, changed_at=changed_at
    )
    session.add(change)
    session.flush()
    return change.id


def at(year: int, month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    """That time of that day in Shanghai."""
    return datetime.combine(date(year, month, day), time(hour, minute), SHANGHAI)


def rows(sessions: Sessions, text: str | None = None) -> list[OutboxRow]:
    """What the outbox holds, but for introductions, the oldest first; of one text where one is named."""
    whose = OutboxRow.text_key == text if text else OutboxRow.text_key != "hello"
    with transaction(sessions) as session:
        return list(session.scalars(select(OutboxRow).where(whose).order_by(OutboxRow.id)))


def settle_all(sessions: Sessions, now: datetime, state: State = State.DELIVERED) -> None:
    """Let whatever waits be sent at `now`."""
    with transaction(sessions) as session:
        for row in session.scalars(select(OutboxRow).where(OutboxRow.state == State.QUEUED)):
            row.state, row.sent_at, row.attempts = state, now, 1
