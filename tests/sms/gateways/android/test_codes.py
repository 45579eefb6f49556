"""The one table of SMSGate's words: what each answer, event and reason means to us."""

from __future__ import annotations

import pytest

from core.delivery.outbox import State
from core.delivery.sender import Failing, Misconfigured, Refused, SendError, Stopped, Throttled, Unanswered
from sms.gateways.android import codes


@pytest.mark.parametrize(
    ("label", "status", "words", "kind"),
    [
        ("a wrong password", 401, "Unauthorized", Misconfigured),
        ("a token without the right", 403, "insufficient scope", Misconfigured),
        ("no gateway at this address", 404, "", Misconfigured),
        ("moved elsewhere", 301, "", Misconfigured),
        ("too many requests", 429, "", Throttled),
        ("the queue for the phone is full", 503, "queue limits exceeded: too many pending", Throttled),
        ("no number", 400, "failed to use phone in row 1: invalid phone number", Stopped),
        ("a landline", 400, "failed to use phone in row 1: not mobile phone number", Stopped),
        ("no phone is registered", 400, "record not found", Misconfigured),
        ("a phone of another account", 400, "Invalid device ID", Misconfigured),
        ("a text that it does not take", 400, "Text message is empty", Refused),
        ("a refusal that is new", 422, "teapot", Refused),
        ("it broke down", 500, "failed to handle request", Failing),
        ("a proxy before it", 502, "", Failing),
        ("a proxy that lost patience", 408, "", Unanswered),
    ],
)
def test_an_answer_becomes_ours(label: str, status: int, words: str, kind: type[SendError]) -> None:
    """By its status, and a refusal by its words; the code kept is the status, never the words."""
    error = codes.send_error(status, words)
    assert (type(error), error.code) == (kind, str(status))


def test_every_receipt_of_the_table_is_listed_here() -> None:
    """An event that is added or moved must be thought about twice."""
    assert codes.RECEIPTS == {
        "sms:sent": State.SENT,
        "sms:delivered": State.DELIVERED,
        "sms:failed": State.FAILED,
        "sms:cancelled": State.FAILED,
    }


@pytest.mark.parametrize(
    ("event", "reason", "expected"),
    [
        ("sms:failed", "Send result: RESULT_ERROR_NO_SERVICE (Failed because service is unavailable)", "no_service"),
        ("sms:failed", "Send result: RESULT_RIL_SIM_ABSENT (...)", "ril_sim_absent"),
        ("sms:failed", "RESULT_ERROR_SHORT_CODE_NEVER_ALLOWED", "short_code_never_allowed"),
        ("sms:failed", "RESULT_RIL_SIMULTANEOUS_SMS_AND_CALL_NOT_ALLOWED", "ril_simultaneous_sms_and_cal"),
        ("sms:failed", "TTL expired", "expired"),
        ("sms:failed", "Delivery result from SC +8613800100500: 70", "failed"),
        ("sms:failed", "", "failed"),
        ("sms:cancelled", "", "cancelled"),
    ],
)
def test_a_reason_becomes_a_short_code(event: str, reason: str, expected: str) -> None:
    """At most 32 characters, and no number that the reason may name."""
    assert codes.failure(event, reason) == expected
    assert len(expected) <= 32
