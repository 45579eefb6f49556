"""core/services/contacts: who is silenced by whose word, which phone is a person's, and what the channel refuses."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.contact import Contact, ContactPerson, Language
from core.domain.person import Person
from core.services.contacts import address_hash, link, note_contact, note_stopped, phone_of, set_opted_out
from tests.conversations.register import OTHER_REF, REF, Entry, contact_at, enter
from tests.stopped_clock import MID_MAY

PHONE, CHAT, SHARED = ("sms", "+8613800138000"), ("telegram", "5001"), ("sms", "+8613900139000")


@pytest.mark.parametrize(
    ("label", "people", "who", "silenced"),
    [
        ("somebody unknown", {}, PHONE, {PHONE}),
        ("one person, one phone", {REF: [PHONE]}, PHONE, {PHONE}),
        ("one person, phone and chat, by phone", {REF: [PHONE, CHAT]}, PHONE, {PHONE, CHAT}),
        ("one person, phone and chat, by chat", {REF: [PHONE, CHAT]}, CHAT, {PHONE, CHAT}),
        ("a number of two", {REF: [SHARED, CHAT], OTHER_REF: [SHARED, PHONE]}, SHARED, {SHARED}),
        ("two people apart", {REF: [PHONE], OTHER_REF: [SHARED]}, PHONE, {PHONE}),
    ],
)
def test_whose_notices_end(
    sessions: Sessions,
    vault: Vault,
    label: str,
    people: dict[str, list[tuple[str, str]]],
    who: tuple[str, str],
    silenced: set[tuple[str, str]],
) -> None:
    """Every channel of the one person whom the number serves; where it serves several, the number alone. And back."""
    everyone = (PHONE, CHAT, SHARED)
    with transaction(sessions) as session:
        entries = [Entry(ref, f"123{n}", contacts=tuple(served)) for n, (ref, served) in enumerate(people.items())]
        enter(session, vault, entries)
        ids = {each: contact_at(session, vault, *each) for each in everyone}
        set_opted_out(session, ids[who], MID_MAY)
        silent = select(Contact.id).where(Contact.opted_out_at.is_not(None))
        assert set(session.scalars(silent)) == {ids[each] for each in silenced}
        set_opted_out(session, ids[who], None)
        assert session.scalars(silent).all() == []


def test_an_address_is_one_contact_a_channel(sessions: Sessions, vault: Vault) -> None:
    """A second first message of the same address, by another worker, is refused by the database."""
    for channel in ("sms", "telegram"):
        with transaction(sessions) as session:
            note_contact(session, vault, channel, "5001", Language.CHINESE, MID_MAY)
    with pytest.raises(IntegrityError), transaction(sessions) as session:
        note_contact(session, vault, "sms", "5001", Language.ENGLISH, MID_MAY)


def test_the_address_is_sealed_and_found_by_its_hash(sessions: Sessions, vault: Vault) -> None:
    """No number stands in the table; equal ids of two channels are two."""
    with transaction(sessions) as session:
        note_contact(session, vault, *PHONE, Language.ENGLISH, MID_MAY, opted_out_at=MID_MAY)
        contact = session.scalars(select(Contact)).one()
        assert (vault.open(Contact.address, contact.address), contact.language) == (PHONE[1], Language.ENGLISH)
        assert (contact.introduced_at, contact.opted_out_at) == (MID_MAY, MID_MAY)
        assert contact.address_hash == address_hash(vault, *PHONE) != address_hash(vault, "telegram", PHONE[1])


def test_linking_twice_changes_nothing(sessions: Sessions, vault: Vault) -> None:
    """The first link stays, with how it was known."""
    with transaction(sessions) as session:
        enter(session, vault, [Entry(contacts=(PHONE,))])
        person, contact = session.scalars(select(Person.id)).one(), contact_at(session, vault, *PHONE)
        link(session, contact, person, "code", MID_MAY)
        assert session.scalars(select(ContactPerson.linked_by)).all() == ["import"]


@pytest.mark.parametrize(
    ("label", "contacts", "stopped", "found"),
    [
        ("a phone", [PHONE], [], PHONE),
        ("a chat is no phone", [CHAT], [], None),
        ("the newest of two", [PHONE, SHARED], [], SHARED),
        ("not one that refuses", [PHONE, SHARED], [SHARED], PHONE),
        ("none that takes messages", [PHONE], [PHONE], None),
    ],
)
def test_the_registered_phone(
    sessions: Sessions,
    vault: Vault,
    label: str,
    contacts: list[tuple[str, str]],
    stopped: list[tuple[str, str]],
    found: tuple[str, str] | None,
) -> None:
    """The last number that was entered and still takes messages."""
    with transaction(sessions) as session:
        enter(session, vault, [Entry(contacts=tuple(contacts))])
        for channel, address in stopped:
            note_stopped(session, vault, channel, address, "21610", MID_MAY)
        person = session.scalars(select(Person.id)).one()
        assert phone_of(session, person) == (contact_at(session, vault, *found) if found else None)


def test_a_refusal_is_noted_and_taken_back(sessions: Sessions, vault: Vault) -> None:
    """Whoever blocks the bot and lets it in again is reached again."""
    with transaction(sessions) as session:
        contact_at(session, vault, *CHAT)
        for reason, expected in (("blocked", (MID_MAY, "blocked")), (None, (None, None))):
            note_stopped(session, vault, *CHAT, reason, MID_MAY)
            assert session.execute(select(Contact.stopped_at, Contact.stopped_reason)).one() == expected
