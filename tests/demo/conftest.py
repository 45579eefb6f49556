"""The emulated providers over HTTP, and a line behind them that writes down what it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from queue import Queue

import httpx
import pytest
from flask import Flask, Response, request
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from demo.loopback import LoopbackServer
from demo.provider_state import ProviderState
from demo.providers import DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN, create_app, demo_line


@dataclass
class RecordingLine:
    """A line that keeps every signed request and answers texts with `twiml`."""

    twiml: str = "<Response/>"
    status: int = 200
    url: str = ""
    texts: Queue[dict[str, str]] = field(default_factory=Queue)
    receipts: Queue[dict[str, str]] = field(default_factory=Queue)

    def app(self) -> Flask:
        """The line as a web app; what isn't signed for this very address is refused."""
        app = Flask("line")

        @app.before_request
        def _signed() -> Response | None:
            validator, signature = RequestValidator(DEMO_AUTH_TOKEN), request.headers["X-Twilio-Signature"]
            return None if validator.validate(request.url, request.form, signature) else Response(status=403)

        @app.post("/sms/inbound")
        def _inbound() -> Response:
            self.texts.put(request.form.to_dict())
            return Response(self.twiml, self.status, content_type="text/xml")

        @app.post("/sms/status")
        def _status() -> Response:
            self.receipts.put(request.form.to_dict())
            return Response(status=204)

        return app

    def wait_for_receipts(self, count: int) -> list[str]:
        """The next `count` states reported, waiting for them."""
        return [self.receipts.get(timeout=10)["MessageStatus"] for _ in range(count)]


@dataclass
class Providers:
    """The running emulators: their address, and their state for a look inside."""

    url: str
    state: ProviderState
    http: httpx.Client

    def fault(self, **fault: object) -> None:
        """Switches a fault on, over HTTP as a separate process would."""
        assert self.http.post("/phones/faults", json=fault).status_code == 201

    def twilio(self, token: str = DEMO_AUTH_TOKEN, timeout: float = 5.0) -> Client:
        """The true client, pointed at the emulator."""
        client = Client(DEMO_ACCOUNT_SID, token, http_client=TwilioHttpClient(timeout=timeout))
        client.api.base_url = f"{self.url}/twilio"
        return client


@pytest.fixture
def line() -> Iterator[RecordingLine]:
    """A line on loopback."""
    recording = RecordingLine()
    with LoopbackServer(recording.app()) as server:
        recording.url = server.url
        yield recording


@pytest.fixture
def providers(line: RecordingLine) -> Iterator[Providers]:
    """Both providers on loopback, in front of the line."""
    app = create_app(demo_line(line.url))
    state: ProviderState = app.extensions["providers"]
    with LoopbackServer(app) as server, httpx.Client(base_url=server.url, trust_env=False) as http:
        yield Providers(server.url, state, http)
        state.faults.clear()
