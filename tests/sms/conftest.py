"""The web application on loopback, and a Twilio that signs what it posts."""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

import httpx
import pytest
from sqlalchemy import Engine

from core.confidentiality.vault import Vault
from core.db import Sessions
from core.line import Line
from core.settings import Settings
from demo.loopback import LoopbackServer
from sms.app import create_app
from tests.lines import impatient, make_line
from tests.stopped_clock import StoppedClock

TOKEN = "test-auth-token"
PUBLIC = "https://line.example.org"
PHONE = "+8613800138000"

Fields = list[tuple[str, str]]


def signature(address: str, body: bytes, token: str = TOKEN) -> str:
    """As Twilio documents it: the address, then every field's name and value in order, under the account's token."""
    # What no text message holds, bytes that are no UTF-8, stays as it was escaped: the reading of our web library.
    fields = parse_qs(body.decode("ascii"), keep_blank_values=True, errors="werkzeug.url_quote")
    signed = address + "".join(name + value for name in sorted(fields) for value in sorted(set(fields[name])))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def text(body: str = "菜单", sid: str | None = None, sender: str = PHONE) -> Fields:
    """The fields of a text message, with an id of its own."""
    sid = sid or f"SM{uuid.uuid4().hex}"
    return [("MessageSid", sid), ("From", sender), ("To", "+8673100000000"), ("Body", body), ("NumMedia", "0")]


def said(answer: httpx.Response) -> list[str]:
    """The texts of a TwiML answer, which is parsed as strictly as Twilio does."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/xml; charset=utf-8")
    root = ET.fromstring(answer.content)
    assert root.tag == "Response"
    assert {element.tag for element in root} <= {"Message"}
    return [element.text or "" for element in root]


@dataclass
class Twilio:
    """Posts to the line over HTTP, at its loopback address, which is not its public one."""

    http: httpx.Client

    def post(self, path: str, fields: Fields | bytes, signed: str | None = "", query: str = "") -> httpx.Response:
        """`signed`: the address that is signed; '' the right one, None sends no signature."""
        body = fields if isinstance(fields, bytes) else urlencode(fields).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if signed is not None:
            headers["X-Twilio-Signature"] = signature(signed or f"{PUBLIC}{path}{query}", body)
        return self.http.post(f"{path}{query}", content=body, headers=headers)

    def text(self, body: str, sid: str | None = None, sender: str = PHONE) -> httpx.Response:
        """A text from a phone."""
        return self.post("/sms/inbound", text(body, sid, sender))


@pytest.fixture
def line(
    engine: Engine, sessions: Sessions, vault: Vault, scheme_clock: StoppedClock, settings: Callable[..., Settings]
) -> Line:
    """A line that is impatient with a locked database."""
    if engine.dialect.name == "sqlite":
        impatient(engine)
    return make_line(sessions, vault, scheme_clock, settings(twilio_auth_token=TOKEN, public_url=PUBLIC))


@pytest.fixture
def twilio(line: Line) -> Iterator[Twilio]:
    """Twilio, in front of the running line."""
    with LoopbackServer(create_app(line)) as server, httpx.Client(base_url=server.url, trust_env=False) as http:
        yield Twilio(http)
