"""Messages for the outbox's tests: contacts, what waits for them, and senders that do as they are told."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.composing import Compose
from core.delivery.outbox import MessageKind, OutboxRow, enqueue
from core.delivery.sender import Capabilities, Outgoing
from core.domain.contact import Contact, ContactPerson
from core.domain.person import Person
from core.services.contacts import address_hash
from tests.stopped_clock import MID_MAY

PHONE, OTHER = "+8613800138000", "+8613900139000"
CHAT = "5001"
HOUR = timedelta(hours=1)
LEASE = timedelta(seconds=120)  # as the settings have it by default

ASKED = Capabilities(two_way=True, receipts=True, can_ask=True, can_erase=True)
OWN_ID = Capabilities(two_way=True, receipts=True, can_ask=False, can_erase=False, knows_own_id=True)
MUTE = Capabilities(two_way=True, receipts=False, can_ask=False, can_erase=True, in_segments=False)


def contact(
    sessions: Sessions, vault: Vault, address: str = PHONE, channel: str = "sms", person: int | None = None, **more: Any
) -> int:
    """A new contact, introduced to us, which serves that person; its id."""
    more = {"introduced_at": MID_MAY, **more}
    sealed, found_by = vault.seal(Contact.address, address), address_hash(vault, channel, address)
    with transaction(sessions) as session:
        session.add(row := Contact(channel=channel, address=sealed, address_hash=found_by, **more))
        session.flush()
        if person is not None:
            session.add(ContactPerson(contact_id=row.id, person_id=person, linked_at=MID_MAY, linked_by="import"))
        return row.id


def person(sessions: Sessions, vault: Vault) -> int:
    """A new person; its id."""
    with transaction(sessions) as session:
        number = session.scalars(select(func.count()).select_from(Person)).one()
        row = Person(
            ref=f"{number:08}",
            name=vault.seal(Person.name, "王桂兰"),
            id_number=vault.seal(Person.id_number, "43052119500312123X"),
            id_number_hash=vault.lookup("id_number", f"{number}"),
            area_id=_area(session),
            created_at=MID_MAY,
        )
        session.add(row)
        session.flush()
        return row.id


def _area(session: Session) -> int:
    from core.domain.area import Area, Level

    area = session.scalars(select(Area)).first()
    if area is None:
        session.add(area := Area(code="D", name="区", level=Level.DISTRICT))
        session.flush()
    return area.id


def letter(sessions: Sessions, vault: Vault, contact_id: int, words: str = "好", **more: Any) -> int:
    """A message that waits for the contact, by default an answer, from 10:00 to 11:00 on 12 May; its row's id."""
    values = {"now": MID_MAY, "expires_at": MID_MAY + HOUR, "text_key": "help", **more}
    with transaction(sessions) as session:
        enqueue(session, vault, contact_id=contact_id, fields={"words": words}, **values)
        session.flush()
        return session.scalars(select(func.max(OutboxRow.id))).one()


def reminder(sessions: Sessions, vault: Vault, contact_id: int, event: str = "e1", **more: Any) -> int:
    """A reminder that waits for the contact, of the event; its row's id."""
    return letter(sessions, vault, contact_id, **{"kind": MessageKind.REMINDER, "event": event, **more})


def row(sessions: Sessions, row_id: int) -> OutboxRow:
    """What became of a message."""
    with transaction(sessions) as session:
        found = session.get(OutboxRow, row_id)
    assert found is not None
    return found


def rows(sessions: Sessions) -> list[OutboxRow]:
    """What became of all."""
    with transaction(sessions) as session:
        return list(session.scalars(select(OutboxRow).order_by(OutboxRow.id)))


def words(vault: Vault) -> Compose:
    """Composes the text of a message of `letter`."""

    def compose(_session: Session, row: OutboxRow, _contact: Contact) -> str:
        fields: dict[str, str] = json.loads(vault.open(OutboxRow.fields, row.fields or b""))
        return fields["words"]

    return compose


Step = Exception | Callable[[Outgoing], object]


@dataclass
class ScriptedSender:
    """Takes messages, each as the next entry of `script` says: an error to raise, or something to do; then all.

    `sent` is what it took. With `finds` it is asked, and answers with what that holds by row.
    """

    channel: str = "sms"
    capabilities: Capabilities = ASKED
    script: list[Step] = field(default_factory=list)
    sent: list[Outgoing] = field(default_factory=list)
    finds: list[Exception | Sequence[str]] = field(default_factory=list)
    asked: list[tuple[Outgoing, datetime]] = field(default_factory=list)

    def send(self, message: Outgoing) -> str:
        """A reference that tells the row."""
        if self.script:
            step = self.script.pop(0)
            if isinstance(step, Exception):
                raise step
            step(message)
        self.sent.append(message)
        return f"ref-{message.row_id}"

    def find(self, message: Outgoing, since: datetime) -> Sequence[str]:
        """As scripted; nothing once that is used up."""
        self.asked.append((message, since))
        found = self.finds.pop(0) if self.finds else ()
        if isinstance(found, Exception):
            raise found
        return found


@dataclass
class MachineTime:
    """The machine's clock, where a test moves it."""

    instant: datetime

    def __call__(self) -> datetime:
        return self.instant

    def move(self, by: timedelta) -> None:
        """Later by so much."""
        self.instant += by
