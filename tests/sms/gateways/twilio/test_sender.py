"""The Twilio sender: the true client against the emulated provider, with all its bad days."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from core.delivery.sender import Misconfigured, Outgoing, SendError, Throttled, Unreachable
from core.errors import SettingsError
from core.settings import Settings
from demo.loopback import LoopbackServer
from demo.provider_state import ProviderState
from demo.providers import DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN, DEMO_NUMBER, create_app, demo_line
from sms.gateways.twilio import sender as sender_module
from sms.gateways.twilio.sender import TwilioSender
from tests.demo.conftest import RecordingLine
from tests.lines import eventually
from tests.sms.gateways.twilio.test_codes import MEANINGS

PHONE = "+8613800138000"
LETTER = Outgoing(7, PHONE, "名单明天张榜")

Make = Callable[..., TwilioSender]


@pytest.fixture
def recording() -> Iterator[RecordingLine]:
    """A line that takes the receipts."""
    line = RecordingLine()
    with LoopbackServer(line.app()) as server:
        line.url = server.url
        yield line


@pytest.fixture
def emulator(recording: RecordingLine) -> Iterator[tuple[str, ProviderState]]:
    """The provider's address and its inside."""
    app: Flask = create_app(demo_line(recording.url))
    with LoopbackServer(app) as server:
        yield server.url, app.extensions["providers"]
        app.extensions["providers"].faults.clear()


@pytest.fixture
def state(emulator: tuple[str, ProviderState]) -> ProviderState:
    """The provider's inside."""
    return emulator[1]


@pytest.fixture
def make(
    emulator: tuple[str, ProviderState],
    recording: RecordingLine,
    settings: Callable[..., Settings],
    monkeypatch: pytest.MonkeyPatch,
) -> Make:
    """Makes a sender with the demo's account, and the settings that the test says; it waits half a second at most."""
    monkeypatch.setattr(sender_module, "TIMEOUT_SECONDS", 0.5)

    def make(**fields: str) -> TwilioSender:
        account = {
            "twilio_account_sid": DEMO_ACCOUNT_SID,
            "twilio_auth_token": DEMO_AUTH_TOKEN,
            "twilio_from": DEMO_NUMBER,
            "twilio_api_url": f"{emulator[0]}/twilio",
            "public_url": recording.url,
        }
        return TwilioSender(settings(**{**account, **fields}))

    return make


def fault(state: ProviderState, **fields: object) -> None:
    """Switch a fault on."""
    from demo.faults import Fault, FaultKind

    kind = FaultKind(str(fields.pop("kind")))
    state.faults.add(Fault(provider="twilio", kind=kind, **fields))  # type: ignore[arg-type]


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
        ("error", Unreachable, 0),
        ("drop", Unreachable, 0),
        ("lose", Unreachable, 1),
        ("stall", Unreachable, 1),
    ],
)
def test_a_bad_day_is_worth_another_try(
    make: Make, state: ProviderState, kind: str, expected: type[SendError], taken: int
) -> None:
    """Throttled, down, cut off before or after the work, or silent: none is final, none lasts longer than our patience,
    and no error tells to whom."""
    fault(state, kind=kind, seconds=30, times=1)
    with pytest.raises(expected) as caught:
        make().send(LETTER)
    assert caught.value.retry
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
    """Twilio is away altogether."""
    with pytest.raises(Unreachable):
        make(twilio_api_url="http://127.0.0.1:1").send(LETTER)


@pytest.mark.parametrize("missing", ["twilio_account_sid", "twilio_auth_token", "twilio_from"])
def test_what_is_not_set_up_is_named(make: Make, missing: str) -> None:
    """The start stops with the variable's name."""
    with pytest.raises(SettingsError, match=f"^{missing.upper()} "):
        make(**{missing: ""})


def test_our_fault_is_kept_for_the_administrator() -> None:
    """A wrong token is no reason to give a message up."""
    assert Misconfigured.retry
    assert Misconfigured.ours
