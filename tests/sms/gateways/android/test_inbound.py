"""POST /sms/android over HTTP: only what the phone signed is answered, once, and whatever it signed breaks nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.delivery.inbox import InboxRow
from core.dialogue.session import DialogueSession
from core.domain.contact import Contact
from core.line import Line
from sms.gateways.android.events import Received, read_event
from tests.engines import on_sqlite
from tests.lines import Lock, count
from tests.sms.gateways.android.conftest import HOOK, PHONE, Gate, Hand, event
from tests.sms.gateways.android.test_events import ODD

pytestmark = on_sqlite

STORED = (InboxRow, Contact, DialogueSession)
THE_SECOND = 10  # of two requests, with this seed and even chances, the second is struck
NOT_SAVED = "没存上，请过几分钟再发一次。Not saved, try again later."


@pytest.mark.parametrize(
    ("label", "how"),
    [
        ("another key", {"key": "another"}),
        ("signed five minutes and some ago", {"age": 310}),
        ("signed in the future", {"age": -310}),
        ("no signature", {"X_Signature": ""}),
        ("no time", {"X_Timestamp": ""}),
        ("nonsense", {"X_Signature": "\xe9" * 64}),
    ],
)
def test_what_is_not_the_phones_is_refused(hand: Hand, line: Line, gate: Gate, label: str, how: dict[str, Any]) -> None:
    """403, nothing is stored of it, and nobody is written to."""
    assert hand.post(event(), **how).status_code == 403
    assert count(line.sessions, *STORED) == [0, 0, 0]
    assert gate.accepted() == []


def test_a_changed_message_is_refused(hand: Hand, line: Line) -> None:
    """The signature covers every byte: another sender, and it is wrong."""
    request = hand.post(event()).request
    forged = request.content.replace(PHONE.encode(), b"+8613900139000")
    assert hand.http.post(HOOK, content=forged, headers=dict(request.headers)).status_code == 403
    assert count(line.sessions, Contact) == [1]


def test_a_text_is_answered_through_the_phone(hand: Hand, line: Line, gate: Gate) -> None:
    """204 when the answer is the phone's to send: to who wrote, by the phone that received, and before any notice."""
    answer = hand.post(event(message="菜单"))
    assert (answer.status_code, answer.content) == (204, b"")
    assert "回数字选" in gate.accepted()[-1]
    assert count(line.sessions, InboxRow, Contact) == [1, 1]
    for message in gate.phone.messages.all():
        assert message.to == PHONE
        assert len(message.id) <= 36
        assert message.priority >= 100


def test_the_parts_arrive_in_their_order(hand: Hand, gate: Gate) -> None:
    """The introduction comes before the menu, though the app sends the last of its queue first."""
    gate.phone.held = True
    assert gate.phone.text_in(PHONE, "菜单") == 204
    gate.phone.release()
    gate.phone.close()
    shown = gate.phone.handsets.thread(PHONE)["entries"]
    texts = [entry["text"] for entry in shown if entry["direction"] == "received"]  # type: ignore[attr-defined]
    assert texts == gate.accepted()
    assert len(texts) == 2


@pytest.mark.parametrize("again", [{}, {"id": "an event id of its own"}])
def test_the_same_text_posted_again_is_answered_once(hand: Hand, line: Line, gate: Gate, again: dict[str, str]) -> None:
    """After a lost answer, or by a fault of the app: the answer goes out once, and nothing changes."""
    assert hand.post(event()).status_code == 204
    said, rows = gate.accepted(), count(line.sessions, *STORED)
    assert hand.post({**event(), **again}).status_code == 204
    assert gate.accepted() == said
    assert gate.repeats() == len(said)
    assert count(line.sessions, *STORED) == rows


def test_the_same_words_later_are_another_text(hand: Hand, gate: Gate) -> None:
    """Whoever texts 2 twice is answered twice, though the app gives both the same id."""
    hand.post(event(message="2"))
    before = len(gate.accepted())
    hand.post(event(message="2", receivedAt="2026-05-12T10:05:00.000+08:00"))
    assert len(gate.accepted()) > before


@pytest.mark.parametrize(
    ("kind", "fields", "repeats"),
    [
        ("error", {}, 0),
        ("throttle", {}, 0),
        ("drop", {}, 0),
        ("lose", {}, 1),
        ("stall", {"seconds": 30}, 1),
        ("reject", {"code": 401}, 0),
        ("reject", {"code": 503, "text": "queue limits exceeded"}, 0),
    ],
)
def test_an_answer_that_did_not_get_through_is_said_at_the_next_try(
    hand: Hand, line: Line, gate: Gate, kind: str, fields: dict[str, Any], repeats: int
) -> None:
    """503, so that the phone keeps the text; when it posts it again the same answer goes out, once, and nothing has
    moved in between."""
    gate.fault(kind, times=1, **fields)
    assert gate.phone.text_in(PHONE, "菜单") == 503
    rows = count(line.sessions, *STORED)
    assert gate.phone.post_again() == [204]
    assert len(gate.accepted()) == len(set(gate.accepted())) == 2
    assert gate.repeats() == repeats
    assert count(line.sessions, *STORED) == rows
    assert gate.phone.post_again() == []


def test_the_second_part_that_did_not_get_through(hand: Hand, gate: Gate) -> None:
    """What was said stays said; what was not is said at the next try."""
    gate.fault("error", times=1, probability=0.5, seed=THE_SECOND)
    assert gate.phone.text_in(PHONE, "菜单") == 503
    [introduction] = gate.accepted()
    assert gate.phone.post_again() == [204]
    assert gate.accepted()[0] == introduction
    assert (len(gate.accepted()), gate.repeats()) == (2, 1)


def test_a_process_that_died_after_the_commit(hand: Hand, line: Line, gate: Gate) -> None:
    """The answer was committed and not said: the phone posts again, and it is said, as if nothing had been."""
    posted = event(message="2")
    received = read_event(json.dumps(posted).encode())
    assert isinstance(received, Received)
    reply = line.answer(received.inbound)
    assert gate.accepted() == []
    assert hand.post(posted).status_code == 204
    assert len(gate.accepted()) == len(reply.prompts)
    assert count(line.sessions, InboxRow) == [1]


def test_a_number_that_the_gateway_refuses_is_not_tried_for_ever(hand: Hand, gate: Gate) -> None:
    """What can never be said is not asked for again."""
    gate.fault("reject", code=400, text="failed to use phone in row 1: not mobile phone number")
    assert gate.phone.text_in(PHONE, "菜单") == 204


def test_the_database_is_away(hand: Hand, line: Line, gate: Gate, database_url: str) -> None:
    """The resident hears that nothing was saved, once; when it is back his next text is answered."""
    with Lock(database_url):
        assert hand.post(event(message="2")).status_code == 204
        assert hand.post(event(message="2")).status_code == 204
    assert gate.accepted() == [NOT_SAVED]
    assert count(line.sessions, *STORED) == [0, 0, 0]
    assert hand.post(event(message="2")).status_code == 204
    assert len(gate.accepted()) > 1


def test_database_and_gateway_are_away(hand: Hand, gate: Gate, database_url: str) -> None:
    """Nothing can be said: the phone keeps the text, and it is answered when all is back."""
    gate.fault("drop")
    with Lock(database_url):
        assert gate.phone.text_in(PHONE, "菜单") == 503
    gate.faults.clear()
    assert gate.phone.post_again() == [204]
    assert "回数字选" in gate.accepted()[-1]


@pytest.mark.parametrize("label", ODD)
def test_what_cannot_be_read_is_left_with_the_phone(hand: Hand, line: Line, gate: Gate, label: str) -> None:
    """400 and nothing stored: a newer app may mean something by it, and keeps it for two days."""
    assert hand.post(ODD[label]).status_code == 400
    assert count(line.sessions, *STORED) == [0, 0, 0]
    assert gate.accepted() == []


@pytest.mark.parametrize(
    "message",
    [
        "",
        " \n　",
        "\0",
        "\ud800",
        "2\x002",
        "👵🏽",
        "\ufffe\uffff\ue000",
        "{phone}%s{0}",
        "</Message>",
        "a" * 1001,
        "好" * 9000,
    ],
)
def test_whatever_is_typed_is_answered(hand: Hand, gate: Gate, message: str) -> None:
    """204, and at least one text that a phone can show."""
    assert hand.post(event(message=message)).status_code == 204
    assert gate.accepted()
    assert all(gate.accepted())


@pytest.mark.parametrize(
    ("label", "odd"),
    [
        ("an id without end", {"messageId": "m" * 5000}),
        ("names that are no text", {"messageId": 7, "receivedAt": []}),
        ("a lone surrogate in the id", {"messageId": "\ud800"}),
        ("a picture", {"event": "mms:received"}),
        ("no device", {"deviceId": None}),
    ],
)
def test_odd_names_do_no_harm(hand: Hand, gate: Gate, label: str, odd: dict[str, Any]) -> None:
    """The text is answered all the same."""
    posted = event(**{key: value for key, value in odd.items() if key not in {"event", "deviceId"}})
    posted |= {key: value for key, value in odd.items() if key in {"event", "deviceId"}}
    assert hand.post(posted).status_code == 204
    assert gate.accepted()


def test_a_machine_gets_no_answer(hand: Hand, line: Line, gate: Gate) -> None:
    """The carrier's advertisements are taken with thanks, and leave no trace."""
    assert hand.post(event(sender="10086")).status_code == 204
    assert count(line.sessions, *STORED) == [0, 0, 0]
    assert gate.accepted() == []


def test_a_request_beyond_any_text_message_is_turned_away(hand: Hand, line: Line) -> None:
    """Above 64 KiB: 413 and nothing stored."""
    assert hand.post(event(message="好" * 30_000)).status_code == 413
    assert count(line.sessions, *STORED) == [0, 0, 0]


@pytest.mark.parametrize(("method", "path"), [("GET", HOOK), ("PUT", HOOK), ("POST", "/sms/inbound")])
def test_nothing_but_the_phones_posts(hand: Hand, method: str, path: str) -> None:
    """The other gateway's doors are not there."""
    assert hand.http.request(method, path).status_code in {404, 405}
