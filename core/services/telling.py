"""Telling a person something unasked: a channel is chosen, and the message waits in the outbox with its fact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NotRequired, TypedDict, Unpack

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.delivery import outbox
from core.delivery.introduction import introduce
from core.delivery.outbox import MessageKind
from core.domain.contact import Contact, ContactPerson

PHONE_FIRST = ("sms", "telegram")
CHAT_FIRST = ("telegram", "sms")


class Message(TypedDict):
    """What is told, of which event, and until when it is worth telling."""

    text_key: str
    event: str
    kind: MessageKind
    now: datetime
    expires_at: datetime
    fields: NotRequired[Mapping[str, str] | None]


def tell(
    session: Session,
    vault: Vault,
    *,
    person_id: int,
    channels: tuple[str, ...] = PHONE_FIRST,
    **message: Unpack[Message],
) -> bool:
    """Put a message for the person into the outbox, over the first of `channels` on which he can be reached; False
    where there is none. Opt-out is obeyed at the moment of sending, not here: it may be undone until then."""
    contact_id = contact_of(session, person_id, channels)
    if contact_id is None:
        return False
    tell_contact(session, vault, contact_id=contact_id, person_id=person_id, **message)
    return True


def tell_contact(
    session: Session, vault: Vault, *, contact_id: int, person_id: int | None = None, **message: Unpack[Message]
) -> None:
    """Put a message for one contact into the outbox, and who we are before it where the contact does not know us."""
    if message["kind"] is not MessageKind.ANSWER:
        introduce(session, contact_id, message["now"])
    outbox.enqueue(session, vault, contact_id=contact_id, person_id=person_id, **message)


def contact_of(session: Session, person_id: int, channels: tuple[str, ...] = PHONE_FIRST) -> int | None:
    """The contact that serves the person on the first of `channels` that takes messages; None where none does."""
    rank = case({channel: place for place, channel in enumerate(channels)}, value=Contact.channel)
    return session.scalar(
        select(Contact.id)
        .join(ContactPerson, ContactPerson.contact_id == Contact.id)
        .where(
            ContactPerson.person_id == person_id,
            Contact.channel.in_(channels),
            Contact.stopped_at.is_(None),
        )
        .order_by(rank, Contact.id.desc())
        .limit(1)
    )
