"""收到 and 没收到: noted for the payment that is meant, and a case with the officer where the money has not come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import select

from core.confidentiality.vault import Vault
from core.db import Base, Sessions, transaction
from core.dialogue.prompt import Inbound
from core.domain.annual_check import AnnualCheck, CheckState
from core.domain.case import Case, CaseKind, CaseState
from core.domain.payout import Payout, PayoutBatch, PayoutReply, PayoutStatus
from core.domain.person import Person
from core.domain.stage import Stage
from core.line import Line
from core.settings import Settings
from tests.core.services.importing.invented import id_number
from tests.districts import District, settle, somebody
from tests.engines import on_sqlite
from tests.lines import make_line
from tests.stopped_clock import SHANGHAI, StoppedClock

PHONE, FAMILY = "+8613800000001", "+8613800000002"
AUGUST = datetime(2026, 8, 3, 10, 0, tzinfo=SHANGHAI)
_ids = count()


@dataclass
class Phones:
    """The registered phones of recipients, and the records behind the line."""

    line: Line
    clock: StoppedClock
    district: District
    batch_id: int

    def says(self, text: str, phone: str = PHONE) -> str:
        """All that is answered to `text`, a line each; the first contact's introduction left out."""
        reply = self.line.answer(Inbound("sms", phone, f"SM{next(_ids)}", text))
        said = [prompt.text + "".join(f"\n{c.digit} {c.label}" for c in prompt.choices) for prompt in reply.prompts]
        return "\n".join(line for line in said if "农村奖扶热线" not in line and "智能" not in line)

    def recipient(self, serial: int, phone: str, stage: Stage = Stage.CONFIRMED) -> str:
        """The reference of a recipient of 2025 whom `phone` serves."""
        with transaction(self.line.sessions) as session:
            return somebody(
                session, self.line.vault, self.district.areas["T1V1"], id_number=id_number(serial), stage=stage,
                year=2025, phone=phone,
            )  # fmt: skip

    def bank_says(self, ref: str, status: PayoutStatus, turn: int = 0, year: int = 2026) -> None:
        """Add a line of the bank's."""
        reason = self.line.vault.seal(Payout.reason, "账号错误") if status is PayoutStatus.FAILED else None
        day = date(2026, 7, 29) if status is PayoutStatus.PAID else None
        with transaction(self.line.sessions) as session:
            person_id = session.scalar(select(Person.id).where(Person.ref == ref))
            session.add(
                Payout(
                    batch_id=self.batch_id, person_id=person_id, year=year, turn=turn, amount=960, status=status,
                    paid_on=day, reason=reason,
                )
            )  # fmt: skip

    def all(self, kind: type[Base]) -> list[object]:
        """All records of a kind."""
        with transaction(self.line.sessions) as session:
            return list(session.scalars(select(kind).order_by(*kind.__table__.primary_key)))

    def replies(self) -> list[bool]:
        """What was noted of payments, in order."""
        return [reply.received for reply in self.all(PayoutReply)]  # type: ignore[attr-defined]

    def cases(self) -> list[tuple[CaseKind, CaseState]]:
        """The cases there are."""
        return [(case.kind, case.state) for case in self.all(Case)]  # type: ignore[attr-defined]


@pytest.fixture
def phones(sessions: Sessions, vault: Vault, scheme_clock: StoppedClock, settings: Callable[..., Settings]) -> Phones:
    """The line on 3 August 2026, after the payout, before anybody is registered."""
    scheme_clock.move(to=AUGUST)
    with transaction(sessions) as session:
        district = settle(session, vault)
        session.add(batch := PayoutBatch(imported_at=AUGUST))
    return Phones(make_line(sessions, vault, scheme_clock, settings()), scheme_clock, district, batch.id)


@on_sqlite
def test_received_is_noted_once(phones: Phones) -> None:
    """The same again adds nothing; no case comes of it."""
    phones.bank_says(phones.recipient(1, PHONE), PayoutStatus.PAID)
    assert phones.says("收到").endswith("好的，记下了。")
    assert phones.says("收到了").endswith("好的，记下了。")
    assert (phones.replies(), phones.cases()) == ([True], [])


def test_not_received_opens_one_case(phones: Phones) -> None:
    """With a promised day and a number; said again, the same day and no second case; 收到 later ends it."""
    phones.bank_says(phones.recipient(1, PHONE), PayoutStatus.PAID)
    first = phones.says("没收到")
    assert "8月8日前答复您" in first
    assert "要查办到哪了，发这个号码：" in first
    assert phones.says("没收到").endswith("这件事已经在查了，8月8日前答复您。")
    assert phones.cases() == [(CaseKind.NOT_RECEIVED, CaseState.OPEN)]
    assert phones.says("收到").endswith("好的，记下了。")
    assert phones.cases() == [(CaseKind.NOT_RECEIVED, CaseState.DONE)]
    assert phones.replies() == [False, True]


@on_sqlite
def test_a_phone_that_serves_two_is_asked_whose(phones: Phones) -> None:
    """By reference, never by name; one, or all of them."""
    refs = sorted((phones.recipient(serial, FAMILY) for serial in (1, 2)), key=str)
    for ref in refs:
        phones.bank_says(ref, PayoutStatus.PAID)
    asked = phones.says("没收到", FAMILY)
    assert all(f"编号{ref}" in asked for ref in refs)
    phones.says("1", FAMILY)
    assert (len(phones.cases()), phones.replies()) == (1, [False])
    phones.says("收到", FAMILY)
    phones.says("3", FAMILY)
    assert sorted(phones.replies()) == [False, True, True]


@on_sqlite
def test_before_the_day_nothing_is_missing(phones: Phones) -> None:
    """The day is named, and no case opened; after it, without a word of the bank's, one is."""
    phones.recipient(1, PHONE)
    phones.clock.move(to=AUGUST - timedelta(days=30))
    assert "7月29-30日发，还没到日子" in phones.says("没收到")
    assert phones.cases() == []
    phones.clock.move(to=AUGUST)
    assert "8月8日前答复您" in phones.says("没收到")
    assert phones.cases() == [(CaseKind.NOT_RECEIVED, CaseState.OPEN)]


@on_sqlite
def test_a_failed_payment_says_what_to_do(phones: Phones) -> None:
    """没收到 is answered with what the bank said; the reason is an answer away at the status."""
    ref = phones.recipient(1, PHONE)
    phones.bank_says(ref, PayoutStatus.FAILED)
    assert phones.says("没收到").endswith(f"编号{ref}：2026年960元没有发成。请带身份证、存折到乡镇计生办办理。")
    assert phones.says("2").endswith("到乡镇计生办办理。\n1 看原因")
    assert phones.says("1") == "原因：账号错误"
    assert phones.cases() == []


@on_sqlite
def test_the_line_that_counts_is_the_last(phones: Phones) -> None:
    """Paid after a failure reads as paid, at the status too."""
    ref = phones.recipient(1, PHONE)
    phones.bank_says(ref, PayoutStatus.FAILED)
    phones.bank_says(ref, PayoutStatus.PAID, turn=1)
    assert phones.says("2").endswith(f"编号{ref}：2026年960元，7月29日已发到存折。没收到请回“没收到”。")
    assert phones.says("收到").endswith("好的，记下了。")


@on_sqlite
def test_a_paused_recipient_reads_that_the_money_waits(phones: Phones) -> None:
    """Not that it is lost; once heard of, the status is as before."""
    ref = phones.recipient(1, PHONE)
    phones.clock.move(to=AUGUST - timedelta(days=60))
    with transaction(phones.line.sessions) as session:
        person_id = session.scalar(select(Person.id).where(Person.ref == ref)) or 0
        day = date(2026, 3, 31)
        check = AnnualCheck(person_id=person_id, year=2026, state=CheckState.PAUSED, asked_at=AUGUST, due_on=day)
        session.add(check)
    assert "没有取消" in phones.says("2")


@on_sqlite
@pytest.mark.parametrize("word", ["收到", "没收到"])
def test_nobody_elses_money(phones: Phones, word: str) -> None:
    """From a phone that serves no recipient the words stay a question like any other, and nothing is noted."""
    phones.recipient(1, PHONE, stage=Stage.DISTRICT_LISTED)
    phones.says(word)
    phones.says(word, "+8613800000009")
    assert (phones.replies(), phones.cases()) == ([], [])


@on_sqlite
def test_a_reply_in_the_new_year_still_means_the_old_payment(phones: Phones) -> None:
    """For sixty days after its day; not for ever."""
    ref = phones.recipient(1, PHONE)
    phones.bank_says(ref, PayoutStatus.PAID, year=2025)
    phones.says("收到")
    assert phones.replies() == [True]
    phones.clock.move(to=AUGUST + timedelta(days=90))
    phones.says("没收到")
    assert phones.replies() == [True]
