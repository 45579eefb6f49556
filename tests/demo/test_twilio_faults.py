"""Twilio's bad days: what the client sees, and what the provider has taken all the same."""

from __future__ import annotations

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from demo.providers import DEMO_NUMBER
from tests.demo.conftest import Providers, RecordingLine

PHONE = "+8613800000001"


def send(providers: Providers, timeout: float = 5.0, callback: str | None = None) -> str:
    """Sends one text with the true client; the SID."""
    client = providers.twilio(timeout=timeout)
    extra = {"status_callback": callback} if callback else {}
    return str(client.messages.create(to=PHONE, from_=DEMO_NUMBER, body="好", **extra).sid)


def accepted(providers: Providers) -> int:
    """How many texts the provider took."""
    return sum(row["count"] for row in providers.http.get("/phones/accepted").json()["sms"])


@pytest.mark.parametrize(("kind", "status", "code"), [("throttle", 429, 20429), ("error", 500, 20500)])
def test_a_provider_that_says_no_took_nothing(providers: Providers, kind: str, status: int, code: int) -> None:
    """429 and 500 last for as many requests as asked, and nothing is taken meanwhile."""
    providers.fault(provider="twilio", kind=kind, times=2)
    for _ in range(2):
        with pytest.raises(TwilioRestException) as caught:
            send(providers)
        assert (caught.value.status, caught.value.code) == (status, code)
    assert accepted(providers) == 0
    send(providers)
    assert accepted(providers) == 1


@pytest.mark.parametrize(("kind", "taken"), [("drop", 0), ("lose", 1), ("stall", 1)])
def test_a_connection_that_breaks_leaves_doubt(providers: Providers, kind: str, taken: int) -> None:
    """To the client a break before the work and one after it look alike; only the provider's list tells."""
    providers.fault(provider="twilio", kind=kind, times=1, seconds=30)
    with pytest.raises(requests.exceptions.RequestException):
        send(providers, timeout=0.5)
    assert accepted(providers) == taken
    assert len(providers.twilio().messages.list(to=PHONE, limit=5)) == taken


def test_a_number_is_refused_for_ever(providers: Providers) -> None:
    """21610: this number has opted out at the carrier; others still get theirs."""
    providers.fault(provider="twilio", kind="reject", recipient=PHONE, code=21610)
    for _ in range(2):
        with pytest.raises(TwilioRestException) as caught:
            send(providers)
        assert (caught.value.status, caught.value.code) == (400, 21610)
    providers.twilio().messages.create(to="+8613800000002", from_=DEMO_NUMBER, body="好")
    assert accepted(providers) == 1


def test_a_handset_that_is_off_shows_in_the_receipt(providers: Providers, line: RecordingLine) -> None:
    """30003 comes after the message was taken, by receipt; the phone never has it."""
    providers.fault(provider="twilio", kind="reject", recipient=PHONE, code=30003, times=1)
    sid = send(providers, callback=f"{line.url}/sms/status")
    receipts = [line.receipts.get(timeout=10) for _ in range(3)]
    assert [(r["MessageStatus"], r.get("ErrorCode")) for r in receipts][-1] == ("undelivered", "30003")
    assert providers.twilio().messages(sid).fetch().error_code == 30003
    assert providers.http.get(f"/phones/sms/{PHONE}").json()["entries"] == []


def test_chances_repeat_with_their_seed(providers: Providers) -> None:
    """A run with a seeded probability goes the same way again."""

    def run() -> list[bool]:
        providers.http.delete("/phones/faults")
        providers.fault(provider="twilio", kind="error", probability=0.5, seed=7)
        went = []
        for _ in range(12):
            try:
                send(providers)
                went.append(True)
            except TwilioRestException:
                went.append(False)
        return went

    first = run()
    assert first == run()
    assert set(first) == {True, False}
