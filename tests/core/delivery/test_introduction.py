"""The introduction: whoever has never heard from us is told once who we are, before anything else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.fallback import fall_back
from core.delivery.introduction import introduce
from core.delivery.outbox import MessageKind, OutboxRow, State
from core.domain.contact import Contact
from core.domain.person import Person
from core.services.telling import tell_contact
from tests.conversations.register import Entry, contact_at, enter
from tests.stopped_clock import MID_MAY

HOUR = timedelta(hours=1)
PHONE, OTHER = "+8613800138000", "+8613900139000"


def contact(sessions: Sessions, vault: Vault, phone: str = PHONE) -> int:
    """A phone that has never heard from us; the contact's id."""
    with transaction(sessions) as session:
        return contact_at(session, vault, "sms", phone)


def told(sessions: Sessions, vault: Vault, contact_id: int, event: str, kind: MessageKind) -> None:
    """Put a message for the contact into the outbox."""
    with transaction(sessions) as session:
        tell_contact(
            session, vault, contact_id=contact_id, text_key="help", event=event, kind=kind, now=MID_MAY,
            expires_at=MID_MAY + HOUR,
        )  # fmt: skip


def waiting(sessions: Sessions) -> list[tuple[str, int]]:
    """Text and contact of what waits, in the order of sending."""
    with transaction(sessions) as session:
        rows = session.scalars(select(OutboxRow).order_by(OutboxRow.priority, OutboxRow.not_before, OutboxRow.id))
        return [(row.text_key, row.contact_id) for row in rows]


@pytest.mark.parametrize("kind", [kind for kind in MessageKind if kind is not MessageKind.ANSWER])
def test_it_goes_before_the_first_message(sessions: Sessions, vault: Vault, kind: MessageKind) -> None:
    """Whatever its kind; and never again, whatever became of it."""
    stranger = contact(sessions, vault)
    for event in ("one", "two"):
        told(sessions, vault, stranger, event, kind)
        assert waiting(sessions)[0] == ("hello", stranger)
        assert [text for text, _ in waiting(sessions)].count("hello") == 1
    with transaction(sessions) as session:
        session.execute(update(OutboxRow).values(state=State.EXPIRED))
    told(sessions, vault, stranger, "three", kind)
    assert [text for text, _ in waiting(sessions)].count("hello") == 1


def test_an_answer_needs_none(sessions: Sessions, vault: Vault) -> None:
    """A code that somebody asked for says itself what it is."""
    told(sessions, vault, contact(sessions, vault), "one", MessageKind.ANSWER)
    assert [text for text, _ in waiting(sessions)] == ["help"]


def test_who_has_written_to_us_knows_us(sessions: Sessions, vault: Vault) -> None:
    """The first answer introduced us."""
    known, stranger = contact(sessions, vault), contact(sessions, vault, OTHER)
    with transaction(sessions) as session:
        session.execute(update(Contact).where(Contact.id == known).values(introduced_at=MID_MAY))
        assert [introduce(session, one, MID_MAY) for one in (known, stranger)] == [0, 1]
    assert waiting(sessions) == [("hello", stranger)]


def test_a_fall_back_to_another_channel_is_introduced_there(sessions: Sessions, vault: Vault) -> None:
    """Whoever has talked with us by chat alone does not know the number."""
    with transaction(sessions) as session:
        enter(session, vault, [Entry(contacts=(("telegram", "5001"), ("sms", PHONE)))])
        chat, phone = contact_at(session, vault, "telegram", "5001"), contact_at(session, vault, "sms", PHONE)
        session.execute(update(Contact).where(Contact.id == chat).values(introduced_at=MID_MAY))
        person_id = session.scalars(select(Person.id)).one()
        times = {"now": MID_MAY, "expires_at": MID_MAY + HOUR}
        tell_contact(
            session, vault, contact_id=chat, person_id=person_id, text_key="help", event="one",
            kind=MessageKind.REMINDER, **times,
        )  # fmt: skip
        session.flush()
        assert fall_back(session, session.scalars(select(OutboxRow)).one(), MID_MAY)
    assert waiting(sessions) == [("hello", phone), ("help", chat), ("help", phone)]


def test_two_at_once_introduce_once(sessions: Sessions, vault: Vault) -> None:
    """The database has one introduction a contact."""
    stranger = contact(sessions, vault)

    def introduced(_: int) -> int:
        with transaction(sessions) as session:
            return introduce(session, stranger, MID_MAY)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(introduced, range(8))) == 1
