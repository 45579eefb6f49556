"""POST /sms/inbound over HTTP: only what Twilio signed is answered, and whatever it signed is answered well."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from core.delivery.inbox import InboxRow
from core.dialogue.session import DialogueSession
from core.domain.contact import Contact
from core.line import Line
from core.text import printable
from tests.engines import on_sqlite
from tests.lines import count
from tests.sms.conftest import PHONE, PUBLIC, Twilio, said, signature, text

pytestmark = on_sqlite

STORED = (InboxRow, Contact, DialogueSession)
INBOUND = "/sms/inbound"


@pytest.mark.parametrize(
    ("label", "signed", "query"),
    [
        ("no signature at all", None, ""),
        ("signed for the address that was asked instead of the public one", "http://127.0.0.1/sms/inbound", ""),
        ("signed for the other webhook", f"{PUBLIC}/sms/status", ""),
        ("a query that the signature does not cover", f"{PUBLIC}{INBOUND}", "?as=officer"),
        ("a query that is gone", f"{PUBLIC}{INBOUND}?as=officer", ""),
    ],
)
def test_what_is_not_signed_is_refused(twilio: Twilio, line: Line, label: str, signed: str | None, query: str) -> None:
    """403, and nothing is stored of it."""
    assert twilio.post(INBOUND, text(), signed, query).status_code == 403
    assert count(line.sessions, *STORED) == [0, 0, 0]


@pytest.mark.parametrize("given", ["", "nonsense", "é" * 28, "A" * 5000])
def test_a_made_up_signature_is_refused(twilio: Twilio, line: Line, given: str) -> None:
    """Whatever stands in the header."""
    headers = {"X-Twilio-Signature": given.encode("latin-1")}
    assert twilio.http.post(INBOUND, data=dict(text()), headers=headers).status_code == 403
    assert count(line.sessions, *STORED) == [0, 0, 0]


def test_a_field_that_was_changed_or_added_is_refused(twilio: Twilio, line: Line) -> None:
    """The signature covers every field: another sender, or one field more, and it is wrong."""
    fields = text()
    good = signature(f"{PUBLIC}{INBOUND}", urlencode(fields).encode())
    for forged in (text(sender="+8613900139000"), [*fields, ("From", "+8613900139000")]):
        assert twilio.http.post(INBOUND, data=dict(forged), headers={"X-Twilio-Signature": good}).status_code == 403
    assert count(line.sessions, *STORED) == [0, 0, 0]


@pytest.mark.parametrize("query", ["", "?", "?line=1&x=%E4%BD%A0", "?a=b?c=d"])
def test_what_is_signed_for_the_public_address_is_answered(twilio: Twilio, line: Line, query: str) -> None:
    """A proxy asks us by another name; the query, where there is one, belongs to what is signed."""
    signed = f"{PUBLIC}{INBOUND}{query if len(query) > 1 else ''}"
    assert said(twilio.post(INBOUND, text(), signed, query))
    assert count(line.sessions, InboxRow, Contact) == [1, 1]


def test_the_same_id_gets_the_same_bytes(twilio: Twilio, line: Line) -> None:
    """Twilio asks again where it did not hear us: the answer is the same, and nothing changes."""
    first = twilio.text("菜单", "SM1")
    rows = count(line.sessions, *STORED)
    assert twilio.text("菜单", "SM1").content == first.content
    assert twilio.text("2", "SM1").content == first.content
    assert count(line.sessions, *STORED) == rows
    assert twilio.text("菜单", "SM2").content != first.content  # which does not introduce the line again


def test_without_an_id_two_requests_are_two_messages(twilio: Twilio, line: Line) -> None:
    """They share no answer: one may be another person's."""
    fields = [field for field in text() if field[0] != "MessageSid"]
    first, second = (twilio.post(INBOUND, fields) for _ in range(2))
    assert said(first) != said(second)
    assert count(line.sessions, InboxRow) == [2]


ODD = {
    "no fields but the sender": "",
    "white space": "Body=%20%0A%E3%80%80",
    "an emoji": "Body=%F0%9F%91%B5%F0%9F%8F%BD",
    "NUL": "Body=2%002",
    "control characters": "Body=" + "".join(f"%{n:02X}" for n in (1, 8, 11, 12, 14, 27, 31, 127)),
    "a lone surrogate": "Body=%ED%A0%80",
    "a lone surrogate in the id": "MessageSid=%ED%A0%80&Body=2",
    "bytes that are no UTF-8": "Body=%FF%FE%80%C3",
    "GB18030": "Body=" + "".join(f"%{byte:02X}" for byte in "菜单".encode("gb18030")),
    "half an escape": "Body=%E8%8F%9",
    "what XML and HTML mean something by": "Body=%3C%2FMessage%3E%26amp%3B%3C!%5BCDATA%5B%3Cscript%3E",
    "not characters": "Body=%EF%BF%BE%EF%BF%BF%EE%80%80",
    "a question in the name of a format": "Body=%7Bphone%7D%25s%7B0%7D",
    "1000 characters": "Body=" + "a" * 1000,
    "1001 characters": "Body=" + "a" * 1001,
    "as much as fits into a request": "Body=" + "%E5%A5%BD" * 7000,
    "a picture": "Body=&NumMedia=1&MediaUrl0=https%3A%2F%2Fexample.org%2Fx.jpg",
    "a picture and a word": "Body=2&NumMedia=1",
    "a number of media that is none": "Body=&NumMedia=many",
    "fields doubled": "Body=1&Body=2&From=%2B8613800138000&From=%2B8613900139000",
    "an id of any length": "Body=2&MessageSid=" + "S" * 5000,
    "fields without names": "=&=x&&Body=2",
    "a digit in full width": "Body=%EF%BC%92",
}


@pytest.mark.parametrize("label", ODD)
def test_whatever_is_typed_is_answered_in_well_formed_twiml(twilio: Twilio, label: str) -> None:
    """200, at least one text, none of them empty, none with a character that no phone shows."""
    answer = twilio.post(INBOUND, f"From=%2B8613800138000&{ODD[label]}".encode())
    texts = said(answer)
    assert texts
    assert all(text and printable(text) == text for text in texts)
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("label", "fields", "expected"),
    [
        ("a picture alone", [("Body", ""), ("NumMedia", "1")], "看不了图片"),
        ("a picture with words counts as its words", [("Body", "菜单"), ("NumMedia", "1")], "回数字选"),
        ("no text", [("Body", " ")], "没收到内容"),
        ("1000 characters are read", [("Body", "好" * 1000)], "这个我不知道"),
        ("1001 are too many", [("Body", "好" * 1001)], "太长了"),
    ],
)
def test_what_cannot_be_read_is_said_kindly(
    twilio: Twilio, label: str, fields: list[tuple[str, str]], expected: str
) -> None:
    """One sentence says what was wrong."""
    answer = twilio.post(INBOUND, [("From", PHONE), ("MessageSid", "SM1"), *fields])
    assert expected in "".join(said(answer))


def test_a_message_from_nobody_leaves_no_trace(twilio: Twilio, line: Line) -> None:
    """Without a sender there is nobody to answer, and no talk that two such messages could share."""
    for fields in (text()[:1], text(sender="")):
        assert said(twilio.post(INBOUND, fields)) == []
    assert count(line.sessions, *STORED) == [0, 0, 0]


def test_a_body_that_is_no_form_has_no_fields(twilio: Twilio, line: Line) -> None:
    """Bytes that are no text at all are read as nothing, and nobody is answered."""
    good = signature(f"{PUBLIC}{INBOUND}", b"")
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": good}
    assert said(twilio.http.post(INBOUND, content=b"\xff\x00From=\xfe", headers=headers)) == []
    assert count(line.sessions, *STORED) == [0, 0, 0]


def test_a_request_beyond_any_text_message_is_turned_away(twilio: Twilio, line: Line) -> None:
    """Above 64 KiB: 413, nothing stored, and the next message is answered."""
    assert twilio.post(INBOUND, text("好" * 8000)).status_code == 413
    assert count(line.sessions, *STORED) == [0, 0, 0]
    assert said(twilio.text("菜单"))


@pytest.mark.parametrize(("method", "path"), [("GET", INBOUND), ("PUT", INBOUND), ("GET", "/sms/status")])
def test_nothing_but_posts(twilio: Twilio, method: str, path: str) -> None:
    """A browser that comes by finds nothing."""
    assert twilio.http.request(method, path).status_code == 405


def test_a_choice_is_a_numbered_line(twilio: Twilio) -> None:
    """The menu as a keypad phone shows it, with 0 for a person."""
    menu = said(twilio.text("菜单"))[-1].splitlines()
    assert menu[0] == "回数字选："
    assert [entry.split(" ")[0] for entry in menu[1:]] == ["1", "2", "3", "4", "5", "0"]
