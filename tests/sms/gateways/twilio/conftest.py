"""The true Twilio client, in front of the emulated provider and of a line that takes the receipts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from core.settings import Settings
from demo.faults import Fault, FaultKind
from demo.loopback import LoopbackServer
from demo.provider_state import ProviderState
from demo.providers import DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN, DEMO_NUMBER, create_app, demo_line
from sms.gateways.twilio import sender as sender_module
from sms.gateways.twilio.sender import TwilioSender
from tests.demo.conftest import RecordingLine

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
    kind = FaultKind(str(fields.pop("kind")))
    state.faults.add(Fault(provider="twilio", kind=kind, **fields))  # type: ignore[arg-type]
