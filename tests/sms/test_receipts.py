"""POST /sms/status: a receipt moves its message forward, and nothing else does anything."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from core.confidentiality.vault import Vault
from core.db import transaction
from core.delivery.outbox import OutboxRow, State
from core.domain.contact import Contact
from core.line import Line
from tests.core.delivery.letters import contact, letter, row
from tests.engines import on_sqlite
from tests.sms.conftest import PUBLIC, Twilio

STATUS = "/sms/status"
SID = "SM" + "0" * 32


def receipt(status: str, sid: str = SID, code: str = "") -> list[tuple[str, str]]:
    """The fields of a receipt."""
    return [("MessageSid", sid), ("MessageStatus", status), *([("ErrorCode", code)] if code else [])]


@pytest.fixture
def message(line: Line, vault: Vault) -> int:
    """A message that Twilio has taken."""
    row_id = letter(line.sessions, vault, contact(line.sessions, vault))
    _is(line, row_id, state=State.SENT, provider_ref=SID)
    return row_id


def _is(line: Line, row_id: int, **values: object) -> None:
    with transaction(line.sessions) as session:
        session.execute(update(OutboxRow).where(OutboxRow.id == row_id).values(**values))


@on_sqlite
@pytest.mark.parametrize(
    ("label", "statuses", "state", "error"),
    [
        ("in order", ["queued", "sending", "sent", "delivered"], State.DELIVERED, None),
        ("the last first", ["delivered", "sent", "queued"], State.DELIVERED, None),
        ("twice", ["delivered", "delivered"], State.DELIVERED, None),
        ("not delivered", ["sent", "undelivered"], State.FAILED, "30003"),
        ("refused later", ["failed"], State.FAILED, "30003"),
        ("a failure after the delivery", ["delivered", "undelivered"], State.DELIVERED, None),
        ("a delivery after the failure", ["undelivered", "delivered"], State.DELIVERED, None),
        ("a word that is new", ["read", "teleported", ""], State.SENT, None),
    ],
)
def test_a_receipt_moves_forward_only(
    twilio: Twilio, line: Line, message: int, label: str, statuses: list[str], state: State, error: str | None
) -> None:
    """Late, repeated and unknown ones are taken with 204 and change nothing."""
    for status in statuses:
        code = "30003" if status in {"undelivered", "failed"} else ""
        answer = twilio.post(STATUS, receipt(status, code=code))
        assert (answer.status_code, answer.content) == (204, b"")
    found = row(line.sessions, message)
    assert (found.state, found.error) == (state, error)


@pytest.mark.parametrize(
    "fields",
    [
        receipt("delivered", sid="SM" + "f" * 32),
        receipt("delivered", sid=""),
        receipt("delivered", sid="S\x00\x01" + "M" * 5000),
        receipt("failed", sid="nobody", code="x" * 500),
        [],
    ],
    ids=["unknown", "empty", "not an id", "not a code", "no fields"],
)
def test_a_receipt_for_nothing_of_ours(twilio: Twilio, line: Line, message: int, fields: list[tuple[str, str]]) -> None:
    """204, and no message is touched."""
    assert twilio.post(STATUS, fields).status_code == 204
    assert row(line.sessions, message).state is State.SENT


@pytest.mark.parametrize("code", ["x" * 500, "30003\x00", "９", "9" * 40, ""])
def test_an_error_code_that_is_no_number_is_left_out(twilio: Twilio, line: Line, message: int, code: str) -> None:
    """The message has failed all the same, on either engine."""
    assert twilio.post(STATUS, receipt("failed", code=code)).status_code == 204
    found = row(line.sessions, message)
    assert (found.state, found.error) == (State.FAILED, None)


@on_sqlite
@pytest.mark.parametrize("signed", [None, f"{PUBLIC}/sms/inbound", f"{PUBLIC}{STATUS}?row=2"])
def test_an_unsigned_receipt_is_refused(twilio: Twilio, line: Line, message: int, signed: str | None) -> None:
    """403, and the message stays where it was."""
    assert twilio.post(STATUS, receipt("delivered"), signed).status_code == 403
    assert row(line.sessions, message).state is State.SENT


@on_sqlite
@pytest.mark.parametrize(
    ("label", "state", "status", "becomes"),
    [
        ("while the sender still waits for Twilio's answer", State.SENDING, "delivered", State.DELIVERED),
        ("refused while the sender still waits", State.SENDING, "failed", State.FAILED),
        ("after the answer was lost, before the next try", State.QUEUED, "delivered", State.DELIVERED),
        ("refused after the answer was lost", State.QUEUED, "failed", State.FAILED),
        ("under way, after the answer was lost", State.QUEUED, "queued", State.SENT),
    ],
)
def test_a_receipt_that_is_first_names_its_row(
    twilio: Twilio, line: Line, vault: Vault, label: str, state: State, status: str, becomes: State
) -> None:
    """The callback's address holds the row's number, so that no receipt is lost and nothing delivered is sent again."""
    row_id = letter(line.sessions, vault, contact(line.sessions, vault))
    _is(line, row_id, state=state)
    assert twilio.post(STATUS, receipt(status), query=f"?row={row_id}").status_code == 204
    assert row(line.sessions, row_id).state is becomes


@on_sqlite
@pytest.mark.parametrize("query", ["?row=", "?row=x", "?row=-1", "?row=" + "9" * 400, "?row=%D9%A1", "?row=1&row=2"])
def test_a_row_that_is_no_number_finds_nothing(twilio: Twilio, line: Line, message: int, query: str) -> None:
    """The reference alone decides then."""
    assert twilio.post(STATUS, receipt("delivered", sid="other"), query=query).status_code == 204
    assert row(line.sessions, message).state is State.SENT
    assert twilio.post(STATUS, receipt("delivered"), query=query).status_code == 204
    assert row(line.sessions, message).state is State.DELIVERED


@on_sqlite
@pytest.mark.parametrize(("code", "stops"), [("30005", True), ("21610", True), ("30003", False), ("", False)])
def test_a_receipt_may_stop_the_contact(twilio: Twilio, line: Line, message: int, code: str, stops: bool) -> None:
    """Where the number is gone, nothing more goes there."""
    assert twilio.post(STATUS, receipt("undelivered", code=code)).status_code == 204
    with transaction(line.sessions) as session:
        contact_row = session.get_one(Contact, row(line.sessions, message).contact_id)
        assert contact_row.stopped_reason == (code if stops else None)
