"""What the emulated phone posts to the line: signed as the app signs, in its shape, and kept until it is taken."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from queue import Queue
from typing import Any

import pytest
from android_sms_gateway import SmsReceivedPayload
from flask import Flask, Response, request

from demo.android_emulator import DEMO_ACCOUNT, AndroidPhone
from demo.loopback import LoopbackServer
from tests.demo.conftest import Providers

PHONE = "+8613800000001"


@dataclass
class Ear:
    """A line that writes down what the phone posts, and answers `status`."""

    status: int = 204
    heard: Queue[dict[str, Any]] = field(default_factory=Queue)

    def app(self) -> Flask:
        """The line as a web app; what is not signed, and fresh, is refused."""
        app = Flask("ear")

        @app.post("/sms/android")
        def posted() -> Response:
            body, at = request.get_data(), request.headers["X-Timestamp"]
            known = hmac.new(DEMO_ACCOUNT.signing_key.encode(), body + at.encode(), hashlib.sha256).hexdigest()
            if request.headers["X-Signature"] != known or abs(time.time() - int(at)) > 60:
                return Response(status=403)
            self.heard.put(request.get_json())
            return Response(status=self.status)

        return app

    def events(self, count: int) -> list[dict[str, Any]]:
        """The next `count` events, waiting for them."""
        return [self.heard.get(timeout=10) for _ in range(count)]


@pytest.fixture
def ear() -> Ear:
    """The line's ear."""
    return Ear()


@pytest.fixture
def phone(providers: Providers, ear: Ear) -> Iterator[AndroidPhone]:
    """The phone, in front of that line."""
    with LoopbackServer(ear.app()) as server:
        providers.state.android.webhook.line_url = server.url
        yield providers.state.android
        providers.state.android.close()


def send(providers: Providers, message_id: str, text: str, **more: object) -> None:
    """Have the gateway send a text."""
    body = {"id": message_id, "phoneNumbers": [PHONE], "textMessage": {"text": text}, **more}
    account = (DEMO_ACCOUNT.login, DEMO_ACCOUNT.password)
    assert providers.http.post("/3rdparty/v1/messages", json=body, auth=account).status_code == 202


def test_a_text_is_handed_in(providers: Providers, phone: AndroidPhone, ear: Ear) -> None:
    """In the shape that the maker's own client reads; over HTTP as a separate process would have it."""
    assert providers.http.post(f"/phones/android/sms/{PHONE}", json={"text": "2"}).json() == {"status": 204}
    [event] = ear.events(1)
    assert (event["event"], event["deviceId"]) == ("sms:received", DEMO_ACCOUNT.device)
    payload = SmsReceivedPayload.from_dict(event["payload"])
    assert (payload.sender, payload.message) == (PHONE, "2")


def test_the_same_text_at_the_same_time_has_the_same_id(phone: AndroidPhone, ear: Ear) -> None:
    """Posted twice by the app it differs in the event's id alone."""
    for at in ("2026-05-12T10:00:00.000+08:00", "2026-05-12T10:00:00.000+08:00", "2026-05-12T10:00:01.000+08:00"):
        phone.text_in(PHONE, "2", at)
    first, second, third = ear.events(3)
    assert first["payload"] == second["payload"]
    assert first["id"] != second["id"]
    assert first["payload"]["receivedAt"] != third["payload"]["receivedAt"]


def test_what_is_not_taken_is_posted_again(phone: AndroidPhone, ear: Ear) -> None:
    """The same event, signed anew, until the line takes it."""
    ear.status = 503
    assert phone.text_in(PHONE, "2") == 503
    assert phone.post_again() == [503]
    ear.status = 204
    assert phone.post_again() == [204]
    assert phone.post_again() == []
    first, *others = ear.events(3)
    assert others == [first, first]


@pytest.mark.parametrize(
    ("receipts", "expected"),
    [
        ("normal", ["sms:sent", "sms:delivered"]),
        ("reversed", ["sms:delivered", "sms:sent"]),
        ("repeated", ["sms:sent", "sms:sent", "sms:delivered", "sms:delivered"]),
    ],
)
def test_what_became_of_a_message_is_reported(
    providers: Providers, phone: AndroidPhone, ear: Ear, receipts: str, expected: list[str]
) -> None:
    """By the id that it was given; late, twice or backwards where a test wants that."""
    providers.http.put("/phones/android/carrier", json={"receipts": receipts})
    send(providers, "row-1", "好")
    events = ear.events(len(expected))
    assert [event["event"] for event in events] == expected
    assert {event["payload"]["messageId"] for event in events} == {"row-1"}


def test_each_part_of_a_long_text_is_reported(providers: Providers, phone: AndroidPhone, ear: Ear) -> None:
    """As the app does it: sent once, delivered once a part."""
    send(providers, "row-1", "好" * 71)
    assert [event["event"] for event in ear.events(3)] == ["sms:sent", "sms:delivered", "sms:delivered"]


def test_what_is_held_goes_by_priority_and_then_the_last_first(providers: Providers, phone: AndroidPhone) -> None:
    """The order in which the app takes its queue, unless it is told otherwise."""
    providers.http.put("/phones/android/carrier", json={"held": True, "receipts": "none"})
    for message_id, priority in (("a", 0), ("b", 0), ("c", 127), ("d", 126)):
        send(providers, message_id, message_id, priority=priority)
    providers.http.put("/phones/android/carrier", json={"held": False})
    phone.close()
    shown = providers.http.get(f"/phones/sms/{PHONE}").json()["entries"]
    assert [entry["text"] for entry in shown] == ["c", "d", "b", "a"]
