"""The Twilio sender: the true client against the emulated provider, with all its bad days."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.delivery.sender import (
    MOST_AT_ONCE,
    Failing,
    Misconfigured,
    Outgoing,
    SendError,
    Throttled,
    Unanswered,
    Unreachable,
)
from core.errors import SettingsError
from demo.provider_state import ProviderState
from demo.providers import DEMO_NUMBER
from demo.twilio_emulator.store import Message
from tests.demo.conftest import RecordingLine
from tests.lines import eventually
from tests.sms.gateways.twilio.conftest import Make, fault
from tests.sms.gateways.twilio.test_codes import MEANINGS

PHONE, OTHER = "+8613800138000", "+8613900139000"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
LETTER = Outgoing(7, PHONE, "名单明天张榜")


def _like(state: ProviderState, sid: str, **changes: object) -> Message:
    """A record like that one."""
    found = state.carrier.store.get(sid)
    assert found is not None
    return replace(found, sid=f"SM{uuid.uuid4().hex}", **changes)  # type: ignore[arg-type]


def test_a_message_is_taken_and_reported(make: Make, state: ProviderState, recording: RecordingLine) -> None:
    """Twilio's id comes back, the phone has the text, and the receipts come to our address with the row's number."""
    sid = make().send(LETTER)
    message = state.carrier.store.get(sid)
    assert message is not None
    assert (message.to, message.body, message.sender) == (PHONE, LETTER.text, DEMO_NUMBER)
    assert message.callback == f"{recording.url}/sms/status?row=7"
    assert recording.wait_for_receipts(3)[-1] == "delivered"  # and each was signed with its query


def test_a_messaging_service_stands_in_for_a_number(make: Make, state: ProviderState) -> None:
    """With one, no number is named."""
    sid = make(twilio_messaging_service_sid="MG" + "1" * 32, twilio_from="").send(LETTER)
    message = state.carrier.store.get(sid)
    assert message is not None
    assert message.service_sid == "MG" + "1" * 32


def test_what_no_phone_shows_is_left_out(make: Make, state: ProviderState) -> None:
    """Control characters never reach the carrier."""
    sid = make().send(Outgoing(8, PHONE, "好\x00\x1b的\ud800"))
    message = state.carrier.store.get(sid)
    assert message is not None
    assert message.body == "好的"


@pytest.mark.parametrize("code", [code for code in MEANINGS if code < 30000])
def test_a_refusal_becomes_ours(make: Make, state: ProviderState, code: int) -> None:
    """Every code of the table that Twilio answers a request with; those from 30000 on come with a receipt."""
    fault(state, kind="reject", code=code, recipient=PHONE)
    with pytest.raises(SendError) as caught:
        make().send(LETTER)
    assert (type(caught.value), caught.value.code) == (MEANINGS[code], str(code))


@pytest.mark.parametrize(
    ("kind", "expected", "taken"),
    [
        ("throttle", Throttled, 0),
        ("error", Failing, 0),
        ("drop", Unanswered, 0),
        ("lose", Unanswered, 1),
        ("stall", Unanswered, 1),
    ],
)
def test_a_bad_day_is_worth_another_try(
    make: Make, state: ProviderState, kind: str, expected: type[SendError], taken: int
) -> None:
    """Throttled, down, cut off before or after the work, or silent: none is final, none lasts longer than our patience,
    and no error tells to whom. Only where it says so itself is it certain that the message was not taken."""
    fault(state, kind=kind, seconds=30, times=1)
    with pytest.raises(expected) as caught:
        make().send(LETTER)
    assert caught.value.retry
    assert caught.value.in_doubt == (kind != "throttle")
    assert PHONE[3:] not in f"{caught.value} {caught.value.code}"
    eventually(lambda: len(state.carrier.store.newest_first(PHONE, lambda _: True)) == taken)


@pytest.mark.parametrize(
    ("label", "address", "text", "code"),
    [
        ("a wrong password", None, "好", "20003"),
        ("no number", "12", "好", "21211"),
        ("too long", PHONE, "好" * 1601, "21617"),
    ],
)
def test_what_twilio_itself_checks(make: Make, label: str, address: str | None, text: str, code: str) -> None:
    """The emulated API refuses these as the true one does."""
    sender = make() if address else make(twilio_auth_token="wrong")
    with pytest.raises(SendError) as caught:
        sender.send(Outgoing(1, address or PHONE, text))
    assert caught.value.code == code


def test_nobody_listens(make: Make) -> None:
    """Twilio is away altogether: what never left cannot have been taken."""
    sender = make(twilio_api_url="http://127.0.0.1:1")
    for ask in (lambda: sender.send(LETTER), lambda: sender.find(LETTER, LONG_AGO)):
        with pytest.raises(Unreachable) as caught:
            ask()
        assert not caught.value.in_doubt


def test_what_it_has_is_found_by_number_and_code(make: Make, state: ProviderState) -> None:
    """The oldest first; not another number's, not another code's, not what the line answered there, nor what came in
    from there, and nothing from before."""
    sender = make()
    mine = Outgoing(7, PHONE, "名单明天张榜（验012345）", code="012345")
    sids = [sender.send(mine), sender.send(mine)]
    sender.send(Outgoing(8, PHONE, "名单明天张榜（验543210）", code="543210"))
    sender.send(Outgoing(9, OTHER, "名单明天张榜（验012345）", code="012345"))
    state.carrier.store.add(_like(state, sids[0], direction="outbound-reply"))
    assert sender.find(mine, LONG_AGO) == sids
    assert sender.find(mine, datetime.now(UTC) + timedelta(minutes=1)) == []


def test_an_answer_is_found_by_all_that_it_says(make: Make) -> None:
    """It has no code; control characters that never reached the carrier are left out of the comparison."""
    sender = make()
    mine = Outgoing(7, PHONE, "验证码\x00 123456")
    sid = sender.send(mine)
    sender.send(Outgoing(8, PHONE, "验证码 123456。"))
    assert sender.find(mine, LONG_AGO) == [sid]


def test_what_is_still_queued_is_found(make: Make, state: ProviderState) -> None:
    """Such a message has no date of sending yet."""
    state.carrier.held = True
    sender = make()
    sid = sender.send(LETTER)
    assert sender.find(LETTER, LONG_AGO) == [sid]


@pytest.mark.parametrize(("kind", "expected"), [("throttle", Throttled), ("error", Failing), ("drop", Unanswered)])
def test_what_cannot_be_asked_is_told(make: Make, state: ProviderState, kind: str, expected: type[SendError]) -> None:
    """Nobody may take silence for "it is not there"."""
    fault(state, kind=kind, method="list", times=1)
    with pytest.raises(expected):
        make().find(LETTER, LONG_AGO)


def test_many_threads_send_at_once(make: Make, state: ProviderState) -> None:
    """Over connections that are kept: each message arrives once, with its own id."""
    sender = make()
    messages = [Outgoing(n, PHONE, f"第{n}条") for n in range(4 * MOST_AT_ONCE)]
    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        sids = list(pool.map(sender.send, messages))
    assert len(set(sids)) == len(messages)
    bodies = [state.carrier.store.get(sid) for sid in sids]
    assert [message.body for message in bodies if message] == [message.text for message in messages]


@pytest.mark.parametrize("missing", ["twilio_account_sid", "twilio_auth_token", "twilio_from"])
def test_what_is_not_set_up_is_named(make: Make, missing: str) -> None:
    """The start stops with the variable's name."""
    with pytest.raises(SettingsError, match=f"^{missing.upper()} "):
        make(**{missing: ""})


def test_our_fault_is_kept_for_the_administrator() -> None:
    """A wrong token is no reason to give a message up."""
    assert Misconfigured.retry
    assert Misconfigured.ours
