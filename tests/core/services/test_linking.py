"""core/services/linking: a code goes to the registered phone only, works once, in time, for the chat that asked."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import OutboxRow
from core.domain.contact import Contact, ContactPerson, LinkCode
from core.domain.person import Person
from core.services.linking import CODE_LENGTH, CODES_A_DAY, VALID_FOR, WRONG_TRIES, send_code, take_code
from tests.conversations.register import Entry, contact_at, enter
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY

pytestmark = on_sqlite

HOME, CHAT, OTHER_CHAT = ("sms", "+8613900139000"), ("telegram", "5001"), ("telegram", "6001")


class Desk:
    """One person with a registered phone, and the chats that ask for a code."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self.session, self.vault = session, vault
        enter(session, vault, [Entry(contacts=(HOME,))])
        self.person = session.scalars(select(Person.id)).one()
        self.home, self.chat, self.other = (contact_at(session, vault, *who) for who in (HOME, CHAT, OTHER_CHAT))

    def send(self, after: timedelta = timedelta()) -> bool:
        """The chat asks for a code."""
        return send_code(self.session, self.vault, self.chat, self.person, MID_MAY + after)

    def sent(self) -> tuple[int, str]:
        """To which contact the last code goes, and the code."""
        self.session.flush()
        row = self.session.scalars(select(OutboxRow).order_by(OutboxRow.id.desc())).first()
        assert row is not None
        return row.contact_id, json.loads(self.vault.open(OutboxRow.fields, row.fields))["code"]

    def take(self, code: str, after: timedelta = timedelta(), chat: int = 0) -> bool | None:
        """The chat sends a code back."""
        return take_code(self.session, self.vault, chat or self.chat, code, MID_MAY + after)

    def linked(self) -> list[int]:
        """Which contacts serve the person."""
        return sorted(self.session.scalars(select(ContactPerson.contact_id)))


@pytest.fixture
def desk(sessions: Sessions, vault: Vault) -> Desk:
    """Within one transaction."""
    with transaction(sessions) as session:
        yield Desk(session, vault)


def test_a_code_goes_to_the_registered_phone_and_links_the_chat(desk: Desk) -> None:
    """Six digits, sealed in the outbox, gone from it when the code has served."""
    assert desk.send()
    phone, code = desk.sent()
    assert (phone, len(code), code.isdecimal()) == (desk.home, CODE_LENGTH, True)
    assert desk.take(code) is True
    assert desk.linked() == sorted([desk.home, desk.chat])
    assert desk.take(code) is None, "it works once"


def test_the_code_itself_is_kept_nowhere(desk: Desk) -> None:
    """Only its keyed hash is; the text to send is sealed."""
    desk.send()
    _phone, code = desk.sent()
    waiting = desk.session.get_one(LinkCode, desk.chat)
    assert code.encode() not in waiting.code_hash
    assert code.encode() not in desk.session.scalars(select(OutboxRow.fields)).one()


@pytest.mark.parametrize(
    ("label", "after", "linked"),
    [("in time", VALID_FOR - timedelta(seconds=1), True), ("too late", VALID_FOR, None)],
)
def test_a_code_is_good_for_ten_minutes(desk: Desk, label: str, after: timedelta, linked: bool | None) -> None:
    """After that nothing of it is left."""
    desk.send()
    _phone, code = desk.sent()
    assert desk.take(code, after) is linked
    assert desk.session.scalar(select(func.count()).select_from(LinkCode)) == 0


def test_a_code_is_not_sent_when_it_is_over(desk: Desk) -> None:
    """A phone that was off learns no code that would not work."""
    desk.send()
    desk.session.flush()
    assert desk.session.scalars(select(OutboxRow.expires_at)).one() == MID_MAY + VALID_FOR


def test_five_wrong_codes_are_too_many(desk: Desk) -> None:
    """Then the right one does not work either, and a new one has to be sent."""
    desk.send()
    _phone, code = desk.sent()
    wrong = "000000" if code != "000000" else "111111"
    assert [desk.take(wrong) for _ in range(WRONG_TRIES)] == [False] * (WRONG_TRIES - 1) + [None]
    assert desk.take(code) is None
    assert desk.linked() == [desk.home]


def test_a_code_serves_only_the_chat_that_asked(desk: Desk) -> None:
    """Whoever reads it over a shoulder can do nothing with it from elsewhere."""
    desk.send()
    _phone, code = desk.sent()
    assert desk.take(code, chat=desk.other) is None
    assert desk.linked() == [desk.home]


def test_a_new_code_takes_the_place_of_the_old(desk: Desk) -> None:
    """Only the last one sent works."""
    desk.send()
    _phone, first = desk.sent()
    desk.send()
    _phone, second = desk.sent()
    assert first == second or desk.take(first) is False
    assert desk.take(second) is True


def test_three_codes_a_day_for_a_person(desk: Desk) -> None:
    """Nobody can flood an old person's phone; a day after the last one it works again."""
    assert [desk.send() for _ in range(CODES_A_DAY + 1)] == [True] * CODES_A_DAY + [False]
    assert not desk.send(timedelta(days=1) - timedelta(seconds=1))
    assert desk.send(timedelta(days=1))


@pytest.mark.parametrize("change", [{"stopped_at": MID_MAY}, {"channel": "telegram", "address_hash": b"x" * 32}])
def test_without_a_phone_that_works_there_is_no_code(desk: Desk, change: dict[str, object]) -> None:
    """A number that is dead, or no number at all: nothing is sent, and no try is used up."""
    desk.session.execute(update(Contact).where(Contact.id == desk.home).values(**change))
    assert not desk.send()
    assert desk.session.scalar(select(func.count()).select_from(OutboxRow)) == 0
