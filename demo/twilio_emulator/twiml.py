"""Reading TwiML: the messages that a webhook's answer asks to be sent."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from urllib.parse import urljoin


class BadTwiML(ValueError):
    """The answer is not TwiML (Twilio's error 12100)."""


@dataclass(frozen=True)
class Reply:
    """One `<Message>`: its text, and where its states are to be reported (None: nowhere)."""

    text: str
    callback: str | None


def replies(document: str, base_url: str) -> list[Reply]:
    """The messages of a TwiML document, in order; an empty document has none.

    The text stands in `<Message>` itself or in its `<Body>`; `action` and the older `statusCallback` name the callback,
    relative to `base_url` (twilio.twiml.messaging_response.MessagingResponse.message).
    Raises BadTwiML for what is no XML or no `<Response>`.
    """
    if not document.strip():
        return []
    try:
        root = ET.fromstring(document)  # noqa: S314 -- the demo's own line is who answers
    except ET.ParseError as error:
        raise BadTwiML("12100 document parse failure") from error
    if root.tag != "Response":
        raise BadTwiML("12200 schema validation warning")
    return [_reply(element, base_url) for element in root.iter("Message")]


def _reply(element: ET.Element, base_url: str) -> Reply:
    body = element.find("Body")
    text = (element.text or "") if body is None else "".join(body.itertext())
    callback = element.get("action") or element.get("statusCallback")
    return Reply(text.strip(), urljoin(base_url, callback) if callback else None)
