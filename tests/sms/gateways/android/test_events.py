"""Reading what the phone posts: who wrote what and when, what became of a message, and nothing that breaks us."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.delivery.outbox import State
from core.delivery.receipts import Receipt
from core.dialogue.prompt import Inbound, Kind
from demo.android_emulator import DEMO_ACCOUNT
from sms.gateways.android.events import Received, Unreadable, read_event
from tests.sms.gateways.android.conftest import PHONE, event

AT = "2026-05-12T10:00:00.000+08:00"


def read(posted: dict[str, Any]) -> Received | Receipt | None:
    """What is read from a well-formed event."""
    return read_event(json.dumps(posted).encode())


def inbound(**payload: object) -> Inbound:
    """The message in an event."""
    received = read(event(**payload))
    assert isinstance(received, Received)
    return received.inbound


def test_a_text_is_read() -> None:
    """Who, what, under one name for good, and which phone is to answer."""
    expected = Inbound("sms", PHONE, f"a80532bb@{AT}@{PHONE}", text="菜单", kind=Kind.WORDS)
    assert read(event()) == Received(expected, DEMO_ACCOUNT.device)


@pytest.mark.parametrize(
    ("label", "payload", "number"),
    [
        ("as China writes it", {"sender": "13800138000"}, PHONE),
        ("with its country", {"sender": "+86 138 0013 8000"}, PHONE),
        ("with 00", {"sender": "0086 13800138000"}, PHONE),
        ("by the app's old name", {"sender": None, "phoneNumber": PHONE}, PHONE),
        ("by both names", {"sender": PHONE, "phoneNumber": "10086"}, PHONE),
        ("from abroad", {"sender": "+85261234567"}, "+85261234567"),
    ],
)
def test_a_number_is_brought_to_one_form(label: str, payload: dict[str, object], number: str) -> None:
    """So that a contact is the same person on every gateway."""
    assert inbound(**payload).address == number


@pytest.mark.parametrize(
    "sender", ["10086", "95588", "106902280006", "1069 1234 5678 901", "Bank", "", "073184887000", "+861" * 90, "\0"]
)
def test_a_machine_is_not_answered(sender: str) -> None:
    """A carrier's or a shop's number, a landline, or nobody: an answer would reach no person, or begin a quarrel
    of two machines."""
    assert read(event(sender=sender, phoneNumber=None)) is None


def test_a_picture_is_read_as_a_picture() -> None:
    """Its words do not come with it; the line says that it cannot see pictures."""
    received = read(event("mms:received", transactionId="T1", size=125684))
    assert isinstance(received, Received)
    assert (received.inbound.kind, received.inbound.text) == (Kind.MEDIA, "")


@pytest.mark.parametrize(
    ("label", "other", "same"),
    [
        ("posted twice by the app, with an event id of its own", {"id": "another"}, True),
        ("the same words a second later", {"receivedAt": "2026-05-12T10:00:01.000+08:00"}, False),
        ("other words at the same time", {"messageId": "b1"}, False),
        ("another sender whose hash is the same by chance", {"sender": "+8613900139000"}, False),
    ],
)
def test_one_text_has_one_name(label: str, other: dict[str, str], same: bool) -> None:
    """The app's id is a hash, so the time and the sender belong to the name."""
    event_id = other.pop("id", "")
    first, second = event(), event(**other)
    second["id"] = event_id or second["id"]
    names = [getattr(read(posted), "inbound").provider_id for posted in (first, second)]  # noqa: B009
    assert (names[0] == names[1]) is same


@pytest.mark.parametrize("missing", ["messageId", "receivedAt"])
def test_without_its_own_name_a_text_has_its_events(missing: str) -> None:
    """The event's id stays the same when it is posted again."""
    assert inbound(**{missing: None}).provider_id == f"Ey6ECgOkVVFjz3CL48B8C@{PHONE}"


def test_without_any_name_two_requests_are_two_messages() -> None:
    """They share no answer: one may be another person's."""
    nameless = event(messageId=None)
    del nameless["id"]
    names = {getattr(read(nameless), "inbound").provider_id for _ in range(2)}  # noqa: B009
    assert len(names) == 2


@pytest.mark.parametrize(
    ("name", "payload", "expected"),
    [
        ("sms:sent", {"partsCount": 1}, Receipt("own-id", State.SENT)),
        ("sms:delivered", {}, Receipt("own-id", State.DELIVERED)),
        ("sms:failed", {"reason": "TTL expired"}, Receipt("own-id", State.FAILED, "expired")),
        ("sms:failed", {"reason": ["no", "text"]}, Receipt("own-id", State.FAILED, "failed")),
        ("sms:cancelled", {}, Receipt("own-id", State.FAILED, "cancelled")),
    ],
)
def test_a_receipt_is_read(name: str, payload: dict[str, object], expected: Receipt) -> None:
    """By our own id, and with a short code where it failed."""
    assert read(event(name, messageId="own-id", **payload)) == expected


def test_a_receipt_for_a_name_longer_than_ours_is_nobodys() -> None:
    """The gateway takes no id of ours above 36 characters."""
    assert read(event("sms:sent", messageId="x" * 36)) is not None
    assert read(event("sms:sent", messageId="x" * 37)) is None


@pytest.mark.parametrize(
    "name", ["system:ping", "app:started", "sms:data-received", "mms:downloaded", "sms:teleported"]
)
def test_what_asks_nothing_of_us_is_passed_over(name: str) -> None:
    """Whatever its payload."""
    for payload in ({}, None, [], "x"):
        assert read({"event": name, "payload": payload}) is None


ODD: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"sms:received",
    "half of it": b'{"event": "sms:rec',
    "no UTF-8": b'{"event": "\xff\xfe"}',
    "a list": b"[]",
    "a number": b"1",
    "null": b"null",
    "lists in lists": b"[" * 60_000,
    "objects in objects": b'{"a":' * 12_000,
    "a number without end": b'{"event": ' + b"9" * 60_000 + b"}",
    "no event": b'{"payload": {}}',
    "an event that is no word": b'{"event": 7, "payload": {}}',
    "no payload": b'{"event": "sms:received"}',
    "a payload that is a list": b'{"event": "sms:received", "payload": []}',
    "no words": json.dumps(event(message=None)).encode(),
    "words that are a number": json.dumps(event(message=2)).encode(),
    "words that are a list": json.dumps(event(message=["2"])).encode(),
    "a receipt for nothing": json.dumps(event("sms:delivered", messageId=None)).encode(),
    "a receipt for a number": json.dumps(event("sms:delivered", messageId=7)).encode(),
}


@pytest.mark.parametrize("label", ODD)
def test_what_cannot_be_read_is_named(label: str) -> None:
    """One kind of error for all of it."""
    with pytest.raises(Unreadable):
        read_event(ODD[label])


def test_what_no_store_takes_is_left_out() -> None:
    """NUL and lone surrogates, in words and in names."""
    odd = inbound(message="2\0\ud800", messageId="a\0\udfff", receivedAt="t\0")
    assert (odd.text, odd.provider_id) == ("2", f"a@t@{PHONE}")
