"""core/services/watch: what threatens is named, and put to every administrator once a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import MessageKind, OutboxRow, State, enqueue
from core.delivery.usage import Usage
from core.domain.contact import Contact
from core.health import warnings
from core.services.watch import tell_administrators, troubles
from core.settings import Settings
from tests.core.reminders.people import settle_all
from tests.districts import ADMIN_PHONE, settle, somebody
from tests.lines import make_line
from tests.stopped_clock import MID_MAY, StoppedClock

HOUR = timedelta(hours=1)
MAKE = Callable[..., Settings]


@pytest.fixture
def waits(sessions: Sessions, vault: Vault) -> Callable[..., None]:
    """Puts a message into the outbox, due at that instant."""
    with transaction(sessions) as session:
        district = settle(session, vault)
        somebody(session, vault, district.areas["T1V1"], phone="+8613800138000")

    def make(due, number: int, **more: object) -> None:
        with transaction(sessions) as session:
            contact_id = session.scalars(select(Contact.id).limit(1)).one()
            enqueue(
                session, vault, contact_id=contact_id, text_key="remind.paid", event=f"payout:{number}",
                kind=MessageKind.DECISION, now=due, expires_at=MID_MAY + 9 * HOUR,
            )  # fmt: skip
            session.flush()
            row = session.scalars(select(OutboxRow).where(OutboxRow.event == f"payout:{number}")).one()
            for name, value in more.items():
                setattr(row, name, value)

    return make


@pytest.mark.parametrize(
    ("due", "sent", "now", "stuck"),
    [
        (timedelta(), None, timedelta(minutes=59), False),
        (timedelta(), None, HOUR, True),
        (timedelta(), timedelta(minutes=30), HOUR, False),  # others go: it waits its turn
        (timedelta(hours=-1), None, timedelta(hours=-1, minutes=-30), False),  # 8:30, half an hour after the night
        (timedelta(), None, timedelta(hours=11), False),  # 21:00
    ],
)
def test_a_sender_that_does_not_send(sessions: Sessions, settings: MAKE, waits, due, sent, now, stuck) -> None:
    """An hour by day in which something waits and nothing goes; the night does not count."""
    waits(MID_MAY + due, 1)
    if sent is not None:
        waits(MID_MAY, 2, state=State.SENT, sent_at=MID_MAY + sent)
    with transaction(sessions) as session:
        assert troubles(session, settings(disk_least=0), MID_MAY + now) == (["sender_stuck"] if stuck else [])


def test_a_budget_that_is_spent_holds_messages_back(sessions: Sessions, settings: MAKE, waits) -> None:
    """It is named in place of the sender, whose fault it is not."""
    waits(MID_MAY - 2 * HOUR, 1)
    with transaction(sessions) as session:
        session.add(Usage(day=date(2026, 5, 12), channel="sms", kind="notice", messages=1, segments=1, cost=9_990))
        session.flush()
        assert troubles(session, settings(disk_least=0, daily_budget=Decimal(1)), MID_MAY) == ["budget_spent"]
        assert troubles(session, settings(disk_least=0, daily_budget=Decimal(2)), MID_MAY) == ["sender_stuck"]


def test_administrators_are_told_once_a_day(
    sessions: Sessions, vault: Vault, settings: MAKE, waits, scheme_clock: StoppedClock
) -> None:
    """To the phone of who is in office, in one row a trouble and day; `/healthz` names the same."""
    full = settings(disk_least=1 << 40)
    told = []
    for ahead in (timedelta(), HOUR, 24 * HOUR):
        with transaction(sessions) as session:
            told.append(tell_administrators(session, vault, full, MID_MAY + ahead))
        settle_all(sessions, MID_MAY + ahead)
    assert told == [1, 0, 1]
    with transaction(sessions) as session:
        query = select(Contact.address).join(OutboxRow, OutboxRow.contact_id == Contact.id)
        addresses = session.scalars(query.where(OutboxRow.text_key == "office.disk_low")).all()
        assert {vault.open(Contact.address, address) for address in addresses} == {ADMIN_PHONE}
    assert warnings(make_line(sessions, vault, scheme_clock, full)) == ["disk_low"]
