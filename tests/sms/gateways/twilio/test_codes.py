"""The one table of Twilio's codes: whether to try again, whether the contact is stopped, and what is said of the rest."""

from __future__ import annotations

import pytest

from core.delivery.outbox import State
from core.delivery.sender import Failing, Misconfigured, Refused, SendError, Stopped, Throttled
from sms.gateways.twilio import codes
from sms.gateways.twilio.codes import RECEIPTS, send_error, stops_contact

MEANINGS = {
    20003: Misconfigured,
    20404: Misconfigured,
    20429: Throttled,
    21211: Stopped,
    21408: Misconfigured,
    21606: Misconfigured,
    21608: Misconfigured,
    21610: Stopped,
    21612: Stopped,
    21614: Stopped,
    21617: Refused,
    30005: Stopped,
    30006: Stopped,
    30022: Throttled,
}


def test_every_code_of_the_table_is_listed_here() -> None:
    """A code that is added or moved must be thought about twice."""
    assert codes._BY_CODE == MEANINGS


@pytest.mark.parametrize(
    ("label", "status", "code", "kind", "told"),
    [
        ("no code, too many requests", 429, None, Throttled, "429"),
        ("an unknown code, too many requests", 429, 29999, Throttled, "29999"),
        ("no code, wrong password", 401, None, Misconfigured, "401"),
        ("no code, account closed", 403, None, Misconfigured, "403"),
        ("an unknown code of ours", 400, 21999, Refused, "21999"),
        ("an unknown code of theirs", 503, 20503, Failing, "20503"),
        ("a redirect that nobody expects", 302, None, Failing, "302"),
        ("the code decides, not the status", 400, 20429, Throttled, "20429"),
    ],
)
def test_what_is_not_listed_goes_by_its_status(
    label: str, status: int, code: int | None, kind: type[SendError], told: str
) -> None:
    """An unknown code is not final unless the status says that it is our message's fault."""
    error = send_error(status, code)
    assert (type(error), error.code) == (kind, told)


@pytest.mark.parametrize(
    ("code", "stops"), [(21610, True), (30005, True), (30003, False), (99999, False), (None, False)]
)
def test_which_receipts_stop_the_contact(code: int | None, stops: bool) -> None:
    """A number that is gone, or has opted out; not a phone that is switched off."""
    assert stops_contact(code) == stops


def test_whatever_is_reported_was_taken() -> None:
    """Every status of a message that goes out moves it forward: there is none by which it would be sent again."""
    assert set(RECEIPTS.values()) == {State.SENT, State.DELIVERED, State.FAILED}
