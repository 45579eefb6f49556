"""The web application in front of an emulated SMSGate and its phone, and a hand that posts whatever it likes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from core.clock import machine_now
from core.confidentiality.vault import Vault
from core.db import Sessions
from core.line import Line
from core.settings import Settings
from demo.android_emulator import DEMO_ACCOUNT, AndroidPhone
from demo.faults import Fault, FaultKind, Faults
from demo.loopback import LoopbackServer
from demo.provider_state import ProviderState
from demo.providers import create_app as create_providers
from demo.providers import demo_line
from sms.app import create_app
from sms.gateways.android import answers
from sms.gateways.android.signature import sign
from tests.lines import impatient, make_line
from tests.stopped_clock import StoppedClock

PHONE = "+8613800138000"
HOOK = "/sms/android"
KEY = DEMO_ACCOUNT.signing_key
ACCOUNT = {
    "sms_gateway": "android",
    "android_gateway_login": DEMO_ACCOUNT.login,
    "android_gateway_password": DEMO_ACCOUNT.password,
    "android_gateway_signing_key": KEY,
}


@dataclass
class Gate:
    """The emulated gateway: its address, the phone behind it, and its faults."""

    url: str
    phone: AndroidPhone
    faults: Faults

    def fault(self, kind: str, seed: int | None = None, **fields: Any) -> None:
        """Switch a fault on."""
        self.faults.add(Fault(provider="android", kind=FaultKind(kind), **fields), seed=seed)

    def accepted(self) -> list[str]:
        """The texts that were accepted, in that order."""
        return [message.text for message in self.phone.messages.all()]

    def repeats(self) -> int:
        """How often a message was sent again under its id."""
        return self.phone.messages.repeats.total()


@pytest.fixture
def gate() -> Iterator[Gate]:
    """The gateway on loopback; its phone knows no line yet, and reports nothing unless a test lets it."""
    app = create_providers(demo_line("http://127.0.0.1:1"))
    state: ProviderState = app.extensions["providers"]
    state.android.receipts = "none"
    with LoopbackServer(app) as server:
        yield Gate(server.url, state.android, state.faults)
        state.faults.clear()
        state.android.close()


@pytest.fixture
def line(
    engine: Engine,
    sessions: Sessions,
    vault: Vault,
    scheme_clock: StoppedClock,
    settings: Callable[..., Settings],
    gate: Gate,
) -> Line:
    """A line that is impatient with a locked database, and answers through the gateway."""
    if engine.dialect.name == "sqlite":
        impatient(engine)
    return make_line(sessions, vault, scheme_clock, settings(**ACCOUNT, android_gateway_url=gate.url))


def event(name: str = "sms:received", **payload: object) -> dict[str, Any]:
    """An event as the app posts it; `payload` replaces fields, and None leaves one out."""
    usual: dict[str, object] = {"messageId": "a80532bb", "sender": PHONE, "receivedAt": "2026-05-12T10:00:00.000+08:00"}
    if name == "sms:received":
        usual["message"] = "菜单"
    fields = {key: value for key, value in {**usual, **payload}.items() if value is not None}
    return {"deviceId": DEMO_ACCOUNT.device, "event": name, "id": "Ey6ECgOkVVFjz3CL48B8C", "payload": fields}


@dataclass
class Hand:
    """Posts to the line's webhook over HTTP."""

    http: httpx.Client

    def post(self, body: bytes | dict[str, Any], *, key: str = KEY, age: int = 0, **headers: str) -> httpx.Response:
        """`age`: how many seconds ago it was signed."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        timestamp = str(int(machine_now().timestamp()) - age)
        signed = {"X-Timestamp": timestamp, "X-Signature": sign(key, raw, timestamp)}
        sent = signed | {name.replace("_", "-"): value for name, value in headers.items()}
        encoded = [(name.encode(), value.encode("latin-1")) for name, value in sent.items()]
        return self.http.post(HOOK, content=raw, headers=[(b"Content-Type", b"application/json"), *encoded])


@pytest.fixture
def hand(line: Line, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hand]:
    """The running line, and the phone in front of it."""
    monkeypatch.setattr("sms.gateways.android.webhooks.PATIENCE_SECONDS", 0.5)
    monkeypatch.setattr(answers, "PATIENCE_SECONDS", 0.5)
    with LoopbackServer(create_app(line)) as server, httpx.Client(base_url=server.url, trust_env=False) as http:
        gate.phone.webhook.line_url = server.url
        yield Hand(http)
