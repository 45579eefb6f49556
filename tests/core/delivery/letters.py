"""Messages for the outbox's tests: contacts, what waits for them, and senders that do as they are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import Claimed, OutboxRow, enqueue
from core.delivery.sender import Outgoing
from core.domain.contact import Contact
from core.services.contacts import address_hash
from tests.stopped_clock import MID_MAY

PHONE, OTHER = "+8613800138000", "+8613900139000"
HOUR = timedelta(hours=1)


def contact(sessions: Sessions, vault: Vault, address: str = PHONE, channel: str = "sms") -> int:
    """A new contact; its id."""
    sealed, found_by = vault.seal(Contact.address, address), address_hash(vault, channel, address)
    with transaction(sessions) as session:
        session.add(row := Contact(channel=channel, address=sealed, address_hash=found_by))
        session.flush()
        return row.id


def letter(sessions: Sessions, vault: Vault, contact_id: int, words: str = "好", **when: Any) -> int:
    """A message that waits for the contact, by default from 10:00 to 11:00 on 12 May; its row's id."""
    times = {"now": MID_MAY, "expires_at": MID_MAY + HOUR, **when}
    with transaction(sessions) as session:
        enqueue(session, vault, contact_id=contact_id, text_key="help", fields={"words": words}, **times)
        session.flush()
        return session.scalars(select(func.max(OutboxRow.id))).one()


def row(sessions: Sessions, row_id: int) -> OutboxRow:
    """What became of a message."""
    with transaction(sessions) as session:
        found = session.get(OutboxRow, row_id)
    assert found is not None
    return found


def words(claimed: Claimed) -> str:
    """The text of a message of `letter`."""
    return claimed.fields["words"]


@dataclass
class ScriptedSender:
    """Takes messages, each as the next entry of `script` says: an error to raise, or something to do; then all."""

    channel: str = "sms"
    script: list[Exception | Callable[[Outgoing], object]] = field(default_factory=list)
    sent: list[Outgoing] = field(default_factory=list)

    def send(self, message: Outgoing) -> str:
        """A reference that tells the row."""
        if self.script:
            step = self.script.pop(0)
            if isinstance(step, Exception):
                raise step
            step(message)
        self.sent.append(message)
        return f"ref-{message.row_id}"


@dataclass
class MachineTime:
    """The machine's clock, where a test moves it."""

    instant: datetime

    def __call__(self) -> datetime:
        return self.instant

    def move(self, by: timedelta) -> None:
        """Later by so much."""
        self.instant += by
