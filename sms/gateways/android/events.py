"""Reading what the phone posts: a text that came in, or a receipt for one that went out."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

from core.delivery.outbox import State
from core.delivery.receipts import Receipt
from core.dialogue.prompt import Inbound, Kind
from core.phones import e164, is_mobile
from core.text import printable
from sms.gateways.android.codes import MEDIA_EVENT, RECEIPTS, TEXT_EVENT, failure
from sms.gateways.android.message_id import LONGEST_ID, row_of

Json = dict[str, Any]


class Unreadable(ValueError):
    """What was posted is no event as SMSGate describes them."""


@dataclass(frozen=True)
class Received:
    """A message from a resident, and the phone (the gateway's id of it) that is to answer."""

    inbound: Inbound
    device: str | None


def read_event(body: bytes) -> Received | Receipt | None:
    """The event in `body`; None where it asks nothing of us. Raises Unreadable."""
    event = _object(_parsed(body))
    name, payload = _text(event, "event"), event.get("payload")
    if name in {TEXT_EVENT, MEDIA_EVENT}:
        return _received(name, event, _object(payload))
    if name in RECEIPTS:
        return _receipt(name, _object(payload))
    if not name:
        raise Unreadable
    return None


def _received(name: str, event: Json, payload: Json) -> Received | None:
    # The field was `phoneNumber` before the app told senders from recipients.
    number = e164(_text(payload, "sender") or _text(payload, "phoneNumber"))
    # A service number (10086, 106…) is a machine: two machines would answer each other for ever.
    if number is None or not is_mobile(number):
        return None
    if name == TEXT_EVENT and not isinstance(payload.get("message"), str):
        raise Unreadable
    inbound = Inbound(
        channel="sms",
        address=number,
        provider_id=_provider_id(event, payload, number),
        text=_text(payload, "message"),
        kind=Kind.WORDS if name == TEXT_EVENT else Kind.MEDIA,
    )
    return Received(inbound, _text(event, "deviceId") or None)


def _provider_id(event: Json, payload: Json, number: str) -> str:
    """One name for one text message, however often it is posted.

    The message's own id is a hash of 32 bits over what it says, so equal texts share it and others may: hence the time
    at which it came and the sender. Posted twice by a fault of the app it has two event ids, which so don't serve.
    """
    message_id, received_at = _text(payload, "messageId"), _text(payload, "receivedAt")
    if message_id and received_at:
        return f"{message_id}@{received_at}@{number}"
    # Without either two requests are two messages.
    return f"{_text(event, 'id') or uuid.uuid4().hex}@{number}"


def _receipt(name: str, payload: Json) -> Receipt | None:
    message_id = _text(payload, "messageId")
    if not message_id:
        raise Unreadable
    if len(message_id) > LONGEST_ID:
        return None  # none of ours
    state = RECEIPTS[name]
    error = failure(name, _text(payload, "reason")) if state is State.FAILED else None
    return Receipt(message_id, state, error, row_id=row_of(message_id))


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):  # no UTF-8, no JSON, numbers without end, or lists in lists without end
        raise Unreadable from None


def _object(value: object) -> Json:
    if not isinstance(value, dict):
        raise Unreadable
    return value


def _text(fields: Json, name: str) -> str:
    """A field as text that any store takes; '' where it is missing or no text."""
    value = fields.get(name)
    return printable(value) if isinstance(value, str) else ""
