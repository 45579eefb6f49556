"""What the phone reports of our messages: it moves them forward, by our own id, and is not lost."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from core.confidentiality.vault import Vault
from core.db import transaction
from core.delivery.outbox import OutboxRow, State
from core.delivery.sender import Outgoing
from core.line import Line
from sms.gateways.android.message_id import of_answer, of_message
from sms.gateways.android.sender import AndroidSender
from tests.core.delivery.letters import contact, letter, row
from tests.engines import on_sqlite
from tests.lines import Lock, eventually
from tests.sms.gateways.android.conftest import PHONE, Gate, Hand, event

OWN = "1c9f3bb0-54a8-5d6e-9d3c-0f5f0d1b7a11"


def _is(line: Line, row_id: int, **values: object) -> None:
    with transaction(line.sessions) as session:
        session.execute(update(OutboxRow).where(OutboxRow.id == row_id).values(**values))


def outgoing(row_id: int) -> Outgoing:
    """The message of that row, as the sender process has it."""
    return Outgoing(row_id, PHONE, "名单明天张榜", own_id=OWN)


@pytest.fixture
def message(line: Line, vault: Vault) -> int:
    """A message that the gateway has taken."""
    row_id = letter(line.sessions, vault, contact(line.sessions, vault))
    _is(line, row_id, state=State.SENT, provider_ref=of_message(outgoing(row_id)))
    return row_id


@pytest.mark.parametrize(
    ("label", "events", "state", "error"),
    [
        ("in order", ["sms:sent", "sms:delivered"], State.DELIVERED, None),
        ("the last first", ["sms:delivered", "sms:sent"], State.DELIVERED, None),
        ("each part", ["sms:sent", "sms:delivered", "sms:delivered"], State.DELIVERED, None),
        ("it could not be sent", ["sms:failed"], State.FAILED, "no_service"),
        ("somebody called it off", ["sms:cancelled"], State.FAILED, "cancelled"),
        ("a part failed after another came through", ["sms:delivered", "sms:failed"], State.DELIVERED, None),
        ("an event that is new", ["sms:teleported"], State.SENT, None),
    ],
)
def test_a_receipt_moves_forward(
    hand: Hand, line: Line, message: int, label: str, events: list[str], state: State, error: str | None
) -> None:
    """On either engine; late and repeated ones are taken with 204 and change nothing."""
    for name in events:
        reason = "Send result: RESULT_ERROR_NO_SERVICE" if name == "sms:failed" else None
        posted = event(name, messageId=of_message(outgoing(message)), reason=reason)
        assert hand.post(posted).status_code == 204
    found = row(line.sessions, message)
    assert (found.state, found.error) == (state, error)


@on_sqlite
@pytest.mark.parametrize("state", [State.SENDING, State.QUEUED, State.UNKNOWN])
def test_a_receipt_that_is_first_names_its_row(hand: Hand, line: Line, vault: Vault, state: State) -> None:
    """While the sender still waits, or after the gateway's answer was lost: what is delivered is known as delivered."""
    row_id = letter(line.sessions, vault, contact(line.sessions, vault))
    _is(line, row_id, state=state)
    assert hand.post(event("sms:delivered", messageId=of_message(outgoing(row_id)))).status_code == 204
    assert row(line.sessions, row_id).state is State.DELIVERED


@on_sqlite
@pytest.mark.parametrize("message_id", ["0-1", "999999999-x", "zXDYfTmTVf3iMd16zzdBj", of_answer("a", 0, "好"), "é\0"])
def test_a_receipt_for_something_else_changes_nothing(hand: Hand, line: Line, message: int, message_id: str) -> None:
    """An answer's, another program's on the same phone, or a row that there is not."""
    assert hand.post(event("sms:delivered", messageId=message_id)).status_code == 204
    assert row(line.sessions, message).state is State.SENT


@on_sqlite
def test_a_forged_receipt_is_refused(hand: Hand, line: Line, message: int) -> None:
    """403, and the message stays where it was."""
    posted = event("sms:delivered", messageId=of_message(outgoing(message)))
    assert hand.post(posted, key="another").status_code == 403
    assert row(line.sessions, message).state is State.SENT


@on_sqlite
def test_while_the_database_is_away_the_phone_keeps_it(hand: Hand, line: Line, message: int, database_url: str) -> None:
    """503, and when it is posted again it counts."""
    posted = event("sms:delivered", messageId=of_message(outgoing(message)))
    with Lock(database_url):
        assert hand.post(posted).status_code == 503
    assert hand.post(posted).status_code == 204
    assert row(line.sessions, message).state is State.DELIVERED


@on_sqlite
@pytest.mark.parametrize("receipts", ["normal", "repeated", "reversed"])
def test_from_the_sender_to_the_phone_and_back(hand: Hand, line: Line, vault: Vault, gate: Gate, receipts: str) -> None:
    """The true chain: sent under our id, delivered by the phone, reported, noted."""
    row_id = letter(line.sessions, vault, contact(line.sessions, vault))
    _is(line, row_id, state=State.SENDING)
    gate.phone.receipts = receipts
    sender = AndroidSender(line.settings)
    sender.send(outgoing(row_id))
    sender.close()
    eventually(lambda: row(line.sessions, row_id).state is State.DELIVERED)
    eventually(lambda: {entry["answer"] for entry in gate.phone.receipt_log} == {204})
