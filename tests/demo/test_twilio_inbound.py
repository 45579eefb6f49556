"""A keypad phone texts the line through the emulated Twilio."""

from __future__ import annotations

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.twiml.messaging_response import MessagingResponse

from demo.loopback import LoopbackServer
from demo.providers import DEMO_ACCOUNT_SID, DEMO_NUMBER, create_app, demo_line
from tests.demo.conftest import Providers, RecordingLine

PHONE = "+8613800000001"


def thread(providers: Providers) -> list[tuple[str, str, str]]:
    """The phone's texts: direction, text, status."""
    entries = providers.http.get(f"/phones/sms/{PHONE}").json()["entries"]
    return [(e["direction"], e["text"], e["status"]) for e in entries]


def test_the_line_is_asked_as_twilio_asks(providers: Providers, line: RecordingLine) -> None:
    """The webhook carries Twilio's fields, signed for the line's own address."""
    assert providers.http.post(f"/phones/sms/{PHONE}", json={"text": "２"}).status_code == 200
    form = line.texts.get(timeout=10)
    assert form["MessageSid"] == form["SmsSid"]
    assert {k: form[k] for k in ("AccountSid", "From", "To", "Body", "NumMedia", "NumSegments", "SmsStatus")} == {
        "AccountSid": DEMO_ACCOUNT_SID,
        "From": PHONE,
        "To": DEMO_NUMBER,
        "Body": "２",
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsStatus": "received",
    }


def test_every_message_of_the_answer_arrives(providers: Providers, line: RecordingLine) -> None:
    """Text in the element or in its Body, one message or several: the phone gets each, in order, and the line hears."""
    twiml = MessagingResponse()
    twiml.message("第一条 <b>&", action="/sms/status")
    twiml.message(status_callback=f"{line.url}/sms/status").body("第二条")
    line.twiml = str(twiml)
    answer = providers.http.post(f"/phones/sms/{PHONE}", json={"text": "2"}).json()
    assert answer == {"replies": ["第一条 <b>&", "第二条"]}
    assert line.wait_for_receipts(6) == ["queued", "sent", "delivered"] * 2
    assert thread(providers) == [
        ("sent", "2", "sent"),
        ("received", "第一条 <b>&", "received"),
        ("received", "第二条", "received"),
    ]


def test_the_same_sid_can_come_twice(providers: Providers, line: RecordingLine) -> None:
    """Twilio asking again about one text: the line sees the same SID, the phone has sent it once."""
    sid = "SM" + "a" * 32
    for _ in range(2):
        providers.http.post(f"/phones/sms/{PHONE}", json={"text": "2", "sid": sid})
    assert [line.texts.get(timeout=10)["MessageSid"] for _ in range(2)] == [sid, sid]
    assert thread(providers) == [("sent", "2", "sent")]


def test_what_came_in_is_a_record_too(providers: Providers, line: RecordingLine) -> None:
    """The line can delete what a person texted from Twilio's records, once it has answered."""
    providers.http.post(f"/phones/sms/{PHONE}", json={"text": "反映"})
    client, sid = providers.twilio(), line.texts.get(timeout=10)["MessageSid"]
    assert [(m.sid, m.direction, m.status) for m in client.messages.list(from_=PHONE, limit=5)] == [
        (sid, "inbound", "received")
    ]
    assert client.messages(sid).delete() is True
    with pytest.raises(TwilioRestException):
        client.messages(sid).fetch()


@pytest.mark.parametrize(("label", "status", "twiml"), [("it fails", 500, ""), ("it answers no XML", 200, "oops")])
def test_a_line_that_is_down_shows_on_the_phone(
    providers: Providers, line: RecordingLine, label: str, status: int, twiml: str
) -> None:
    """Where the line does not answer, the text shows as failed and the control API says so."""
    line.status, line.twiml = status, twiml
    answer = providers.http.post(f"/phones/sms/{PHONE}", json={"text": "2"})
    assert (label, answer.status_code, answer.json()) == (label, 502, {"error": "line_down"})
    assert thread(providers) == [("sent", "2", "failed")]


def test_the_carrier_signs_what_a_phone_shows(line: RecordingLine) -> None:
    """The signature is the carrier's: it stands before the text on the phone and takes room in its parts."""
    app = create_app(demo_line(line.url, "【奖扶办】", "[JF Office]"))
    with LoopbackServer(app) as server, httpx.Client(base_url=server.url, trust_env=False) as http:
        shown = []
        for body in ("好" * 70, "OK"):
            line.twiml = f'<Response><Message action="/sms/status">{body}</Message></Response>'
            http.post(f"/phones/sms/{PHONE}", json={"text": "2"})
            line.wait_for_receipts(3)
            entry = http.get(f"/phones/sms/{PHONE}").json()["entries"][-1]
            shown.append((entry["text"], entry["segments"]))
    assert shown == [("【奖扶办】" + "好" * 70, 2), ("[JF Office]OK", 1)]
