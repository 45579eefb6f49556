"""Twilio's message resource, driven by the twilio client over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from twilio.base.exceptions import TwilioRestException

from demo.providers import DEMO_NUMBER
from tests.demo.conftest import Providers, RecordingLine

PHONE = "+8613800000001"
OTHER = "+8613800000002"


def test_a_message_is_accepted_and_can_be_fetched(providers: Providers) -> None:
    """What the client created it finds again under the SID it was given."""
    client = providers.twilio()
    made = client.messages.create(to=PHONE, from_=DEMO_NUMBER, body="您的名单今天张榜")
    found = client.messages(made.sid).fetch()
    assert (made.sid[:2], len(made.sid), made.direction) == ("SM", 34, "outbound-api")
    assert (found.body, found.to, found.from_, found.num_segments) == ("您的名单今天张榜", PHONE, DEMO_NUMBER, "1")
    assert found.date_created is not None
    assert found.date_created.tzinfo is not None


def test_receipts_come_signed_and_in_order(providers: Providers, line: RecordingLine) -> None:
    """The line hears queued, sent, delivered, each with a signature that it accepts; then the phone has the text."""
    made = providers.twilio().messages.create(
        to=PHONE, from_=DEMO_NUMBER, body="好", status_callback=f"{line.url}/sms/status"
    )
    assert line.wait_for_receipts(3) == ["queued", "sent", "delivered"]
    thread = providers.http.get(f"/phones/sms/{PHONE}").json()["entries"]
    assert [(e["id"], e["direction"], e["text"]) for e in thread] == [(made.sid, "received", "好")]


def test_receipts_can_come_twice_or_in_the_wrong_order(providers: Providers, line: RecordingLine) -> None:
    """The emulator can be told to report as badly as true carriers do."""
    callback = f"{line.url}/sms/status"
    for way, expected in (
        ("repeated", ["queued", "queued", "sent", "sent", "delivered", "delivered"]),
        ("reversed", ["delivered", "sent", "queued"]),
    ):
        providers.http.put("/phones/carrier", json={"receipts": way})
        providers.twilio().messages.create(to=PHONE, from_=DEMO_NUMBER, body="好", status_callback=callback)
        assert line.wait_for_receipts(len(expected)) == expected


def test_a_messaging_service_has_no_sender_until_one_is_picked(providers: Providers, line: RecordingLine) -> None:
    """With a messaging service the answer names no number yet, and `accepted`; the sender comes with delivery."""
    client = providers.twilio()
    made = client.messages.create(
        to=PHONE, messaging_service_sid="MG" + "1" * 32, body="好", status_callback=f"{line.url}/sms/status"
    )
    assert (made.from_, made.status, made.num_segments) == (None, "accepted", "0")
    line.wait_for_receipts(3)
    assert client.messages(made.sid).fetch().from_ == DEMO_NUMBER


REFUSED = [
    ("no valid number", {"to": "12345", "from_": DEMO_NUMBER, "body": "好"}, 21211),
    ("no text", {"to": PHONE, "from_": DEMO_NUMBER, "body": ""}, 21602),
    ("neither number nor service", {"to": PHONE, "body": "好"}, 21603),
    ("somebody else's number", {"to": PHONE, "from_": "+15005550006", "body": "好"}, 21606),
    ("more than 1,600 characters", {"to": PHONE, "from_": DEMO_NUMBER, "body": "好" * 1601}, 21617),
]


@pytest.mark.parametrize(("label", "message", "code"), REFUSED, ids=[case[0] for case in REFUSED])
def test_what_twilio_refuses(providers: Providers, label: str, message: dict[str, str], code: int) -> None:
    """A request that Twilio would refuse is refused with its code, and counts as nothing."""
    with pytest.raises(TwilioRestException) as caught:
        providers.twilio().messages.create(**message)
    assert (label, caught.value.status, caught.value.code) == (label, 400, code)
    assert providers.state.carrier.store.counts() == []


def test_a_wrong_password_is_refused(providers: Providers) -> None:
    """Only the account's own password opens it."""
    with pytest.raises(TwilioRestException) as caught:
        providers.twilio(token="wrong").messages.create(to=PHONE, from_=DEMO_NUMBER, body="好")
    assert (caught.value.status, caught.value.code) == (401, 20003)


def test_lists_are_filtered_and_newest_first(providers: Providers) -> None:
    """Recipient, sender and day narrow the list, as a worker needs that asks what was sent before a crash."""
    client = providers.twilio()
    for number, body in ((PHONE, "一"), (OTHER, "二"), (PHONE, "三")):
        client.messages.create(to=number, from_=DEMO_NUMBER, body=body)
    now = datetime.now(UTC)
    day = timedelta(days=1)
    expected = [
        ({"to": PHONE}, ["三", "一"]),
        ({"from_": DEMO_NUMBER}, ["三", "二", "一"]),
        ({"from_": PHONE}, []),
        ({"to": PHONE, "date_sent_after": now - timedelta(minutes=5)}, ["三", "一"]),
        ({"to": PHONE, "date_sent_after": now + day}, []),
        ({"to": PHONE, "date_sent_before": now - day}, []),
        ({"to": PHONE, "date_sent": now.date()}, ["三", "一"]),
    ]
    for query, bodies in expected:
        assert [m.body for m in client.messages.list(**query, limit=10)] == bodies, query


def test_lists_come_in_pages(providers: Providers) -> None:
    """The client follows the pages to the end, each message once; a limit stops it early."""
    client = providers.twilio()
    for n in range(7):
        client.messages.create(to=PHONE, from_=DEMO_NUMBER, body=f"第{n}条")
    listed = [m.body for m in client.messages.list(to=PHONE, page_size=3, limit=100)]
    assert listed == [f"第{n}条" for n in reversed(range(7))]
    assert len(client.messages.list(to=PHONE, page_size=3, limit=4)) == 4


def test_a_record_can_be_blanked_and_deleted_once_it_is_through(providers: Providers) -> None:
    """While a message is under way 20009 refuses; afterwards it can be blanked, then deleted, and is gone."""
    providers.http.put("/phones/carrier", json={"held": True})
    client = providers.twilio()
    made = client.messages.create(to=PHONE, from_=DEMO_NUMBER, body="收据号码")
    for act in (client.messages(made.sid).delete, lambda: client.messages(made.sid).update(body="")):
        with pytest.raises(TwilioRestException) as refused:
            act()
        assert refused.value.code == 20009
    providers.http.post("/phones/carrier/settle", json={"sid": made.sid, "status": "delivered"})
    assert client.messages(made.sid).update(body="").body == ""
    assert client.messages(made.sid).delete() is True
    with pytest.raises(TwilioRestException) as gone:
        client.messages(made.sid).fetch()
    assert (gone.value.status, gone.value.code) == (404, 20404)
    assert [e["text"] for e in providers.http.get(f"/phones/sms/{PHONE}").json()["entries"]] == ["收据号码"]
