"""What must be known of messages before they are understood, looked up for all that arrived in the same moment at once:
was it answered before, who sent it, what was under way, and where those stand whom the sender's address serves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from core.delivery.inbox import InboxRow
from core.dialogue.session import DialogueSession
from core.domain.application import Application
from core.domain.contact import Contact, ContactPerson
from core.domain.person import Person
from core.services.status import LATEST, STANDING, Standing

# Statements that stay the same objects are compiled once.
_ANSWERS = select(InboxRow.id_hash, InboxRow.answer, InboxRow.received_at).where(
    InboxRow.id_hash.in_(bindparam("ids", expanding=True))
)
# A row for each person whom an address serves, or one where it serves nobody. Who has a talk under way has a contact.
_SENDERS = (
    select(
        Contact.address_hash,
        Contact.id.label("contact_id"),
        Contact.language,
        Contact.introduced_at,
        Contact.opted_out_at,
        DialogueSession.state,
        DialogueSession.revision,
        DialogueSession.expires_at,
        *STANDING,
    )
    .join(DialogueSession, DialogueSession.address_hash == Contact.address_hash, isouter=True)
    .join(ContactPerson, ContactPerson.contact_id == Contact.id, isouter=True)
    .join(Person, Person.id == ContactPerson.person_id, isouter=True)
    .join(Application, LATEST, isouter=True)
    .where(
        Contact.channel.in_(bindparam("channels", expanding=True)),
        Contact.address_hash.in_(bindparam("addresses", expanding=True)),
    )
    .order_by(Person.id)
)


@dataclass(frozen=True)
class Keys:
    """By what a message is looked up: the keyed hashes of its provider id and of its sender's address."""

    id_hash: int
    channel: str
    address_hash: bytes


@dataclass(frozen=True)
class Arrival:
    """What is known of one message. No answer: it was not answered yet; no sender: never heard of before."""

    answer: bytes | None = None
    received_at: datetime | None = None
    sender: Row[*tuple[Any, ...]] | None = None
    serves: tuple[Standing, ...] = ()


def look_up(session: Session, messages: Sequence[Keys]) -> Mapping[Keys, Arrival]:
    """What is known of each of `messages`."""
    connection = session.connection()
    answers = {
        row.id_hash: row for row in connection.execute(_ANSWERS, {"ids": [message.id_hash for message in messages]})
    }
    senders: defaultdict[bytes, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    channels = list({message.channel for message in messages})
    addresses = [message.address_hash for message in messages]
    for row in connection.execute(_SENDERS, {"channels": channels, "addresses": addresses}):
        senders[row.address_hash].append(row)
    return {keys: _arrival(answers.get(keys.id_hash), senders.get(keys.address_hash, [])) for keys in messages}


def _arrival(answer: Row[*tuple[Any, ...]] | None, rows: Sequence[Row[*tuple[Any, ...]]]) -> Arrival:
    return Arrival(
        answer.answer if answer else None,
        answer.received_at if answer else None,
        rows[0] if rows else None,
        tuple(Standing(*row[-len(STANDING) :]) for row in rows if row.person_id is not None),
    )
