"""What is to be sent, decisions and reminders, half of them by SMS and half by Telegram, and what became of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.delivery.outbox import MessageKind, OutboxRow, State, enqueue
from core.domain.contact import Contact
from core.services.contacts import address_hash
from tests.stopped_clock import MID_MAY

GOOD_FOR = timedelta(days=30)
WAITING = (State.QUEUED, State.SENDING)
KINDS = (MessageKind.DECISION, MessageKind.REMINDER)


@dataclass(frozen=True)
class Letter:
    """A row as it stands: what became of it, and how to find it among what a provider accepted."""

    row_id: int
    kind: MessageKind
    state: State
    channel: str
    address: str
    code: str

    @property
    def is_repeated(self) -> bool:
        """Whether it is rather said twice than never."""
        return self.kind is MessageKind.DECISION


def addresses(messages: int) -> Iterator[tuple[str, str, tuple[MessageKind, ...]]]:
    """Channel, address and what goes there, so many messages in all: half of them by SMS, two to each phone; half by
    Telegram, one to each chat."""
    for number in range(messages // 4):
        yield "sms", f"+86139{number:08}", KINDS
    for number in range(messages // 2):
        yield "telegram", str(1_000_000 + number), (KINDS[number % 2],)


def chats(messages: int, kind: MessageKind) -> list[str]:
    """The chats to which a message of that kind goes."""
    return [where for channel, where, kinds in addresses(messages) if channel == "telegram" and kinds == (kind,)]


def write(session: Session, vault: Vault, messages: int) -> None:
    """Put so many messages into the outbox."""
    for channel, where, kinds in addresses(messages):
        contact = Contact(
            channel=channel,
            address=vault.seal(Contact.address, where),
            address_hash=address_hash(vault, channel, where),
            introduced_at=MID_MAY,
        )
        session.add(contact)
        session.flush()
        for kind in kinds:
            enqueue(
                session,
                vault,
                contact_id=contact.id,
                text_key="case.entry_dismissed",
                fields={"entry": "7", "reason": "上门核实过，符合条件。"},
                event=f"torture:{kind}",
                kind=kind,
                now=MID_MAY,
                expires_at=MID_MAY + GOOD_FOR,
            )


def waiting(session: Session) -> int:
    """How many messages are neither sent nor given up. Those that wait for their next try need not wait any longer."""
    held = OutboxRow.state == State.QUEUED, OutboxRow.next_try_at.is_not(None)
    session.execute(update(OutboxRow).where(*held).values(next_try_at=None))
    return session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.state.in_(WAITING))) or 0


def letters(session: Session, vault: Vault) -> Iterator[Letter]:
    """Every row."""
    for row, contact in session.execute(select(OutboxRow, Contact).join(Contact, Contact.id == OutboxRow.contact_id)):
        where = vault.open(Contact.address, contact.address)
        yield Letter(row.id, row.kind, row.state, contact.channel, where, row.code or "")
