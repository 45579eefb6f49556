"""What a person reads of a payment: composed from the bank's line when the message goes, in his language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.db import Sessions
from core.delivery.outbox import OutboxRow
from core.delivery.sender import Dropped
from core.domain.contact import Contact, Language
from core.domain.payout import PayoutBatch, PayoutStatus
from core.domain.person import Person
from core.domain.stage import Stage
from core.reminders.compose import Composer
from core.services.payouts import Result, record
from core.settings import Settings
from tests.districts import settle, somebody
from tests.engines import on_sqlite
from tests.stopped_clock import SHANGHAI, StoppedClock

pytestmark = on_sqlite

AUGUST = datetime(2026, 8, 3, 10, 0, tzinfo=SHANGHAI)
PAID_TEXT = {
    Language.CHINESE: "2026年奖扶金960元，7月29日已发到您的存折。收到请回“收到”，没有请回“没收到”。",
    Language.ENGLISH: "The 960 yuan for 2026 was paid to your passbook on Jul 29. Got it? Reply RECEIVED. If not, reply "
    "NOT RECEIVED.",
}
FAILED_TEXT = {
    Language.CHINESE: "2026年奖扶金960元没有发成。请带身份证、存折到乡镇计生办办理。回2看原因。",
    Language.ENGLISH: "The 960 yuan for 2026 could not be paid. Please bring ID card and passbook to the township office. "
    "Send 2 to see why.",
}


@dataclass
class Bank:
    """What the bank says of one recipient, and what he reads of it."""

    session: Session
    vault: Vault
    composer: Composer
    person_id: int

    def says(self, status: PayoutStatus, turn: int = 0) -> OutboxRow:
        """Record a line; the message about it."""
        day = date(2026, 7, 29) if status is PayoutStatus.PAID else None
        reason = "" if day else "账号与户名不符"
        result = Result(self.person_id, 2026, 960, status, day, reason)
        (line,) = record(self.session, self.vault, 1, [(result, turn)], AUGUST)
        return self.session.scalars(select(OutboxRow).where(OutboxRow.event == f"payout:{line.id}")).one()

    def reads(self, row: OutboxRow, language: Language = Language.CHINESE) -> str:
        """The text of `row` for somebody who reads that language."""
        contact = self.session.get_one(Contact, row.contact_id)
        contact.language = language
        return self.composer(self.session, row, contact)


@pytest.fixture
def bank(
    sessions: Sessions, vault: Vault, settings: Callable[..., Settings], scheme_clock: StoppedClock
) -> Iterator[Bank]:
    """One recipient with a phone, in a transaction that is never committed."""
    scheme_clock.move(to=AUGUST)
    session = sessions()
    area = settle(session, vault).areas["T1V1"]
    ref = somebody(session, vault, area, stage=Stage.CONFIRMED, year=2025, phone="+8613800000001")
    session.add(PayoutBatch(id=1, imported_at=AUGUST))
    person_id = session.scalars(select(Person.id).where(Person.ref == ref)).one()
    yield Bank(session, vault, Composer(vault, settings(), scheme_clock), person_id)
    session.close()


@pytest.mark.parametrize("language", Language)
def test_what_is_read(bank: Bank, language: Language) -> None:
    """Amount and day, and the question back; of a failure what to do, and never the bank's reason unasked."""
    assert bank.reads(bank.says(PayoutStatus.FAILED), language) == FAILED_TEXT[language]
    assert bank.reads(bank.says(PayoutStatus.PAID, turn=1), language) == PAID_TEXT[language]


def test_what_was_corrected_meanwhile_is_not_sent(bank: Bank) -> None:
    """Only the line that counts is told; the one before is dropped with a word."""
    first = bank.says(PayoutStatus.PAID)
    second = bank.says(PayoutStatus.FAILED, turn=1)
    with pytest.raises(Dropped) as dropped:
        bank.reads(first)
    assert dropped.value.note == "overtaken"
    assert bank.reads(second) == FAILED_TEXT[Language.CHINESE]


def test_a_line_that_is_not_there(bank: Bank) -> None:
    """Nothing is said of it."""
    row = bank.says(PayoutStatus.PAID)
    row.event = "payout:999"
    with pytest.raises(Dropped):
        bank.reads(row)
