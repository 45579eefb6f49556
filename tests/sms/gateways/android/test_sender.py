"""The Android sender against the emulated gateway: each message once, whatever day it has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask, Response, jsonify, request

from core.clock import machine_now
from core.delivery.sender import (
    Failing,
    Misconfigured,
    Outgoing,
    Refused,
    SendError,
    Stopped,
    Throttled,
    Unanswered,
    Unreachable,
)
from core.errors import SettingsError
from core.settings import Settings
from demo.loopback import LoopbackServer
from sms.gateways.android import sender as sender_module
from sms.gateways.android.sender import AndroidSender
from tests.lines import eventually
from tests.sms.gateways.android.conftest import ACCOUNT, PHONE, Gate

LETTER = Outgoing(7, PHONE, "名单明天张榜", own_id="1c9f3bb0-54a8-5d6e-9d3c-0f5f0d1b7a11")
ID = "7-1c9f3bb054a85d6e9d3c0f5f0d1b7a11"

Make = Callable[..., AndroidSender]


@pytest.fixture
def make(gate: Gate, settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Makes a sender with the demo's account, and the settings that the test says; it waits half a second at most."""
    monkeypatch.setattr(sender_module, "TIMEOUT_SECONDS", 0.5)
    made: list[AndroidSender] = []

    def make(**fields: str) -> AndroidSender:
        made.append(AndroidSender(settings(**{**ACCOUNT, "android_gateway_url": gate.url, **fields})))
        return made[-1]

    yield make
    for sender in made:
        sender.close()


def test_a_message_is_taken_under_its_own_id(make: Make, gate: Gate) -> None:
    """The id that comes back is ours, and the phone sends what was meant, with what no phone shows left out."""
    assert make().send(replace(LETTER, text="好\x00\x1b的\ud800")) == ID
    message = gate.phone.messages.get(ID)
    assert message is not None
    assert (message.to, message.text) == (PHONE, "好的")


def test_a_repeat_is_taken_for_done(make: Make, gate: Gate) -> None:
    """The gateway answers 409 to an id that it holds: nothing goes out twice, and to us it is sent."""
    sender = make()
    for _ in range(3):
        assert sender.send(LETTER) == ID
    assert (gate.accepted(), gate.repeats()) == ([LETTER.text], 2)


def test_it_can_be_asked(make: Make) -> None:
    """Before anything was sent it holds nothing; afterwards it says so."""
    sender = make()
    assert sender.find(LETTER, machine_now()) == []
    sender.send(LETTER)
    assert sender.find(LETTER, machine_now()) == [ID]


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
    make: Make, gate: Gate, kind: str, expected: type[SendError], taken: int
) -> None:
    """Throttled, down, cut off before or after the work, or silent: none is final, none outlasts our patience, no error
    tells to whom; and the next try leaves one message, whether or not the first was taken."""
    gate.fault(kind, seconds=30, times=1)
    sender = make()
    with pytest.raises(expected) as caught:
        sender.send(LETTER)
    assert caught.value.retry
    assert PHONE[3:] not in f"{caught.value} {caught.value.code}"
    eventually(lambda: len(gate.accepted()) == taken)
    assert sender.send(LETTER) == ID
    assert (gate.accepted(), gate.repeats()) == ([LETTER.text], taken)


def test_the_wait_asked_for_is_told(make: Make, gate: Gate) -> None:
    """Retry-After is obeyed by whoever sends next."""
    gate.fault("throttle", seconds=17, times=1)
    with pytest.raises(Throttled) as caught:
        make().send(LETTER)
    assert caught.value.wait is not None
    assert caught.value.wait.total_seconds() == 17


@pytest.mark.parametrize(
    ("label", "account", "message", "kind", "code"),
    [
        ("a wrong password", {"android_gateway_password": "wrong"}, LETTER, Misconfigured, "401"),
        ("nothing at that path", {"android_gateway_url": "/elsewhere"}, LETTER, Misconfigured, "404"),
        ("no number", {}, replace(LETTER, address="12"), Stopped, "400"),
        ("no text is left", {}, replace(LETTER, text="\0"), Refused, "400"),
    ],
)
def test_what_the_gateway_itself_checks(
    make: Make, gate: Gate, label: str, account: dict[str, str], message: Outgoing, kind: type[SendError], code: str
) -> None:
    """The emulated interface refuses these as the true one does."""
    if "android_gateway_url" in account:
        account = {"android_gateway_url": gate.url + account["android_gateway_url"]}
    with pytest.raises(kind) as caught:
        make(**account).send(message)
    assert caught.value.code == code
    assert gate.accepted() == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://", "https://127.0.0.1:1/3rdparty/v1"])
def test_nobody_listens(make: Make, url: str) -> None:
    """The gateway is away altogether, so the message was certainly not taken."""
    with pytest.raises(Unreachable):
        make(android_gateway_url=url).send(LETTER)


def _app(root: str) -> Flask:
    """A gateway that takes everything under `root` and knows no other address."""
    app = Flask("other")

    @app.post(f"{root}/messages")
    def send() -> tuple[Response, int]:
        return jsonify(id=request.get_json()["id"]), 202

    return app


@pytest.mark.parametrize(
    ("label", "root", "path"),
    [
        ("the server, by its bare address", "/3rdparty/v1", ""),
        ("the server, in full", "/3rdparty/v1", "/3rdparty/v1"),
        ("the app itself, in the local network", "", ""),
        ("a private server under a path of its own", "/gate/3rdparty/v1", "/gate/3rdparty/v1"),
    ],
)
def test_the_interface_is_found(make: Make, label: str, root: str, path: str) -> None:
    """The app serves at its root what the servers have under a path; an address with a path is taken as it is."""
    with LoopbackServer(_app(root)) as server:
        assert make(android_gateway_url=f"{server.url}{path}").send(LETTER) == ID


@pytest.mark.parametrize("page", ["<html>Sign in to the network</html>", "[]", "[" * 50_000, ""])
def test_a_page_in_between_has_taken_nothing_for_sure(make: Make, page: str) -> None:
    """200 with what no gateway says is some portal's; the message is tried again, under the same id."""
    app = Flask("portal")
    app.add_url_rule("/<path:_>", view_func=lambda _: page, methods=["POST"])
    with LoopbackServer(app) as server, pytest.raises(Unanswered):
        make(android_gateway_url=server.url).send(LETTER)


@pytest.mark.parametrize("missing", ["android_gateway_login", "android_gateway_password"])
def test_what_is_not_set_up_is_named(make: Make, missing: str) -> None:
    """The start stops with the variable's name."""
    with pytest.raises(SettingsError, match=f"^{missing.upper()} "):
        make(**{missing: ""})


def test_what_it_can_do() -> None:
    """What passed stays on the phone, and a repeat does no harm: the confidential channel and the outbox go by it."""
    can = AndroidSender.capabilities
    assert (can.two_way, can.receipts, can.can_ask, can.knows_own_id, can.can_erase) == (True, True, True, True, False)
