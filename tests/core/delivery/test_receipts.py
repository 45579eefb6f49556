"""core/delivery/receipts: a message only moves forward, a delivery calls the fall-back back, silence counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.loop import Loop
from core.delivery.outbox import OutboxRow, State
from core.delivery.receipts import Receipt, give_up_silent, note_receipt
from core.delivery.sender import Outgoing, Unreachable
from core.domain.contact import Contact
from tests.core.delivery.letters import CHAT, MUTE, ScriptedSender, contact, letter, person, reminder, row, rows
from tests.core.delivery.looping import all_of
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY

Make = Callable[..., Loop]
SENT, DELIVERED, FAILED = State.SENT, State.DELIVERED, State.FAILED


def note(sessions: Sessions, ref: str, state: State, **more: object) -> bool:
    """A receipt comes in."""
    with transaction(sessions) as session:
        return note_receipt(session, Receipt(ref, state, **more), MID_MAY)  # type: ignore[arg-type]


@on_sqlite
@pytest.mark.parametrize(
    ("state", "forward"),
    [
        (State.QUEUED, {SENT, DELIVERED, FAILED}),
        (State.SENDING, {SENT, DELIVERED, FAILED}),
        (State.SENT, {DELIVERED, FAILED}),
        (State.UNKNOWN, {SENT, DELIVERED, FAILED}),
        (State.FAILED, {DELIVERED}),
        (State.EXPIRED, {DELIVERED}),
        (State.CANCELLED, {DELIVERED}),
        (State.DELIVERED, set()),
    ],
)
def test_a_receipt_only_moves_forward(sessions: Sessions, vault: Vault, state: State, forward: set[State]) -> None:
    """What is queued, unknown or ended was so because an answer was lost; what was delivered stays delivered."""
    row_id = letter(sessions, vault, contact(sessions, vault))
    for receipt in (SENT, DELIVERED, FAILED):
        with transaction(sessions) as session:
            session.execute(update(OutboxRow).values(state=state, provider_ref="SM1", lease_until=MID_MAY))
        assert note(sessions, "SM1", receipt, error="30003") == (receipt in forward)
        found = row(sessions, row_id)
        assert found.state is (receipt if receipt in forward else state)
        assert (found.lease_until is None) == (receipt in forward)


def test_a_receipt_before_the_answer_stands(make: Make, sessions: Sessions, vault: Vault) -> None:
    """It finds its row by number, notes the reference, and is not undone by what the sender hears after it."""
    row_id = letter(sessions, vault, contact(sessions, vault))

    def overtake(_message: Outgoing) -> None:
        assert not note(sessions, "SM1", DELIVERED)
        assert note(sessions, "SM1", DELIVERED, row_id=row_id)
        raise Unreachable("x")

    all_of(make(ScriptedSender(script=[overtake])))
    assert not note(sessions, "SM2", FAILED, row_id=row_id)
    found = row(sessions, row_id)
    assert (found.state, found.provider_ref, found.error) == (DELIVERED, "SM1", None)


@on_sqlite
def test_a_receipt_that_stops_the_contact(sessions: Sessions, vault: Vault) -> None:
    """Nothing more goes there; the first reason stands."""
    whom = contact(sessions, vault)
    for ref, code in (("SM1", "30005"), ("SM2", "30006")):
        row_id = letter(sessions, vault, whom)
        with transaction(sessions) as session:
            session.execute(update(OutboxRow).where(OutboxRow.id == row_id).values(state=SENT, provider_ref=ref))
        assert note(sessions, ref, FAILED, error=code, stops_contact=True)
    with transaction(sessions) as session:
        assert session.get_one(Contact, whom).stopped_reason == "30005"


@pytest.mark.parametrize("has_begun", [False, True])
def test_a_late_delivery_calls_the_fall_back_back(
    make: Make, sessions: Sessions, vault: Vault, has_begun: bool
) -> None:
    """Unless that is under way already: then the person hears it twice."""
    someone = person(sessions, vault)
    contact(sessions, vault, CHAT, "telegram", someone)
    reminder(sessions, vault, contact(sessions, vault, person=someone), person_id=someone)
    all_of(make(ScriptedSender()))
    ref = rows(sessions)[0].provider_ref
    assert note(sessions, str(ref), FAILED, error="30003")
    telegram = ScriptedSender("telegram", MUTE)
    if has_begun:
        all_of(make(telegram))
    assert note(sessions, str(ref), DELIVERED)
    all_of(make(telegram))
    assert [r.state for r in rows(sessions)] == [DELIVERED, SENT if has_begun else State.CANCELLED]
    assert len(telegram.sent) == has_begun


def test_an_sms_of_which_nothing_is_heard_counts_as_not_reached(make: Make, sessions: Sessions, vault: Vault) -> None:
    """After 72 hours; a chat reports nothing, so there silence says nothing; what comes later still counts."""
    sms, chat = contact(sessions, vault), contact(sessions, vault, CHAT, "telegram")
    first, second = letter(sessions, vault, sms), letter(sessions, vault, chat)
    all_of(make(ScriptedSender(), ScriptedSender("telegram", MUTE)))
    for hours, number in ((71, 0), (72, 1), (73, 0)):
        with transaction(sessions) as session:
            assert give_up_silent(session, MID_MAY + timedelta(hours=hours)) == number
    found = row(sessions, first)
    assert (found.state, found.error, row(sessions, second).state) == (State.UNKNOWN, "no_receipt", SENT)
    assert note(sessions, f"ref-{first}", DELIVERED)
    assert row(sessions, first).state is DELIVERED
