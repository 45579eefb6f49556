"""core/delivery: what is to be erased at the provider is written down only when its id opens nothing any more, and is
tried until the provider says that it is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.eraser import Eraser
from core.delivery.erasing import Erasure, ask_to_erase
from core.delivery.inbox import InboxRow, answer_row, keep_answers
from core.delivery.sender import Refused
from core.delivery.to_erase import ToErase

NOW = datetime(2026, 5, 12, 2, 0, tzinfo=UTC)
TEN_MINUTES = timedelta(minutes=10)
REFS = ["SM1", "SM2", "SM3"]


@dataclass
class Clock:
    """The machine's clock, as far as the test moves it."""

    instant: datetime = NOW

    def __call__(self) -> datetime:
        return self.instant


@dataclass
class Provider:
    """Keeps records, and refuses to delete those that are under way."""

    records: dict[str, datetime] = field(default_factory=dict)
    under_way: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def erase(self, provider_ref: str) -> None:
        """As Twilio does it."""
        self.asked.append(provider_ref)
        if provider_ref in self.under_way:
            raise Refused("20009")
        self.records.pop(provider_ref, None)

    def older_than(self, before: datetime) -> Sequence[str]:
        """Two a page."""
        return [ref for ref, since in self.records.items() if since < before][:2]


@pytest.fixture
def clock() -> Clock:
    """At its beginning."""
    return Clock()


def rows(sessions: Sessions, kind: type[Erasure | InboxRow]) -> int:
    """How many there are."""
    with transaction(sessions) as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0


def answered(sessions: Sessions, vault: Vault, *refs: str) -> None:
    """The inbox holds answers to these."""
    with transaction(sessions) as session:
        keep_answers(session, [answer_row(vault, f"sms:{ref}", "编号 1234", NOW) for ref in refs])


def test_nothing_is_written_for_ten_minutes(sessions: Sessions, vault: Vault, clock: Clock) -> None:
    """As long as an answer lies in the inbox, no id that opens it lies beside it."""
    to_erase = ToErase(sessions, vault, "sms", clock)
    for ref in REFS:
        to_erase.add(ref)
    answered(sessions, vault, *REFS)
    for minutes, written, answers in ((9, 0, 3), (1, 0, 3), (1, 3, 0)):
        clock.instant += timedelta(minutes=minutes)
        assert to_erase.write_due() == written
        assert (rows(sessions, Erasure), rows(sessions, InboxRow)) == (written, answers)
    assert to_erase.write_due() == 0


def test_asked_for_again_it_is_written_once(sessions: Sessions, vault: Vault, clock: Clock) -> None:
    """The provider asks twice, or reports three times."""
    to_erase = ToErase(sessions, vault, "sms", clock)
    for _ in range(3):
        to_erase.add("SM1")
        clock.instant += timedelta(minutes=4)
    assert to_erase.write_due() == 1


def test_a_process_that_ends_destroys_the_answers_with_it(sessions: Sessions, vault: Vault, clock: Clock) -> None:
    """It cannot wait; so the ids are written down and what they would open goes. Other answers stay."""
    to_erase = ToErase(sessions, vault, "sms", clock)
    answered(sessions, vault, "SM1", "SM9")
    to_erase.add("SM1")
    assert to_erase.write_all() == 1
    assert (rows(sessions, Erasure), rows(sessions, InboxRow)) == (1, 1)


def test_the_ids_are_sealed(sessions: Sessions, vault: Vault) -> None:
    """Who steals the database learns no id to ask the provider by."""
    with transaction(sessions) as session:
        ask_to_erase(session, vault, REFS)
        stored = b"".join(session.scalars(select(Erasure.provider_ref)))
    assert not any(ref.encode() in stored for ref in REFS)


def test_tried_until_it_is_confirmed(sessions: Sessions, vault: Vault, clock: Clock) -> None:
    """What is under way is refused, and tried again ever more rarely; what is gone is not asked about again."""
    provider = Provider(dict.fromkeys(REFS, NOW), {"SM2"})
    eraser = Eraser(sessions, vault, provider, None, clock)
    with transaction(sessions) as session:
        ask_to_erase(session, vault, REFS)
    assert eraser.step()
    assert list(provider.records) == ["SM2"]
    assert not eraser.step()
    for wait in (30, 60, 120):
        clock.instant += timedelta(seconds=wait)
        assert eraser.step()
        assert rows(sessions, Erasure) == 1
    provider.under_way.clear()
    clock.instant += timedelta(seconds=239)
    assert not eraser.step()
    clock.instant += timedelta(seconds=1)
    assert eraser.step()
    assert (provider.records, rows(sessions, Erasure)) == ({}, 0)
    assert provider.asked.count("SM1") == 1


def test_two_erasers_at_once(sessions: Sessions, vault: Vault, clock: Clock) -> None:
    """Both may try the same: what is gone is as good as deleted."""
    provider = Provider(dict.fromkeys(REFS, NOW))
    with transaction(sessions) as session:
        ask_to_erase(session, vault, REFS)
    for _ in range(2):
        Eraser(sessions, vault, provider, None, clock).step()
    assert (provider.records, rows(sessions, Erasure)) == ({}, 0)


def test_after_a_day_every_record_goes(sessions: Sessions, vault: Vault, clock: Clock) -> None:
    """Also what a killed process had no time to write down: page by page, once an hour, younger ones not."""
    provider = Provider({f"SM{hours}": NOW - timedelta(hours=hours) for hours in (48, 40, 30, 25, 23, 1)})
    eraser = Eraser(sessions, vault, provider, timedelta(hours=24), clock)
    assert [eraser.sweep() for _ in range(4)] == [2, 2, 0, 0]
    assert list(provider.records) == ["SM23", "SM1"]
    clock.instant += timedelta(hours=2)
    assert eraser.sweep() == 1
    assert Eraser(sessions, vault, provider, None, clock).sweep() == 0
