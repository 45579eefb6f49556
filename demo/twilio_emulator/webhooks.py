"""Twilio's own requests to the line, signed: a text that came in, a receipt for one that went out."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
from twilio.request_validator import RequestValidator

from core.delivery.segments import is_gsm
from demo.twilio_emulator.store import Message
from demo.twilio_emulator.twiml import Reply, replies

PATIENCE = 15.0  # seconds that Twilio gives a webhook


class LineDown(Exception):
    """The line did not answer the text, or not with success."""


@dataclass(frozen=True)
class Line:
    """One account with one number: its credentials, and the public address (no slash at the end) of the line behind.

    The carrier puts `signature` before every text on its way to a phone, `signature_en` where the text is GSM-7.
    """

    account_sid: str
    auth_token: str
    number: str
    url: str
    signature: str = ""
    signature_en: str = ""

    def signed(self, body: str) -> str:
        """The text as the phone shows it."""
        return (self.signature_en if is_gsm(body) else self.signature) + body

    @property
    def inbound_url(self) -> str:
        """Where a text to the number is posted."""
        return f"{self.url}/sms/inbound"


class Webhooks:
    """Posts forms to the line with the signature that twilio-python checks; safe to use from many threads."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._http = httpx.Client(timeout=PATIENCE, trust_env=False)
        self._validator = RequestValidator(line.auth_token)

    def ask(self, message: Message) -> list[Reply]:
        """Hands a text to the line and reads its answer. Raises LineDown, BadTwiML or httpx.HTTPError."""
        form = _common(message) | {
            "Body": message.body,
            "FromCountry": "CN",
            "NumMedia": "0",
            "NumSegments": str(message.segments),
            "SmsMessageSid": message.sid,
            "SmsStatus": "received",
            "ToCountry": "CN",
        }
        answer = self._post(self._line.inbound_url, form)
        if not answer.is_success:
            raise LineDown(f"11200 the webhook answered {answer.status_code}")
        return replies(answer.text, self._line.inbound_url)

    def report(self, message: Message, status: str, error_code: int | None) -> int | None:
        """Posts a receipt to the message's callback; the HTTP status that the line answered, None for no answer."""
        form = _common(message) | {"MessageStatus": status, "SmsStatus": status}
        if message.service_sid:
            form["MessagingServiceSid"] = message.service_sid
        if error_code:
            form["ErrorCode"] = str(error_code)
        try:
            return self._post(message.callback or "", form).status_code
        except httpx.HTTPError:
            return None

    def _post(self, url: str, form: dict[str, str]) -> httpx.Response:
        signature = self._validator.compute_signature(url, form)
        return self._http.post(url, data=form, headers={"X-Twilio-Signature": signature})


def _common(message: Message) -> dict[str, str]:
    return {
        "AccountSid": message.account_sid,
        "ApiVersion": "2010-04-01",
        "From": message.sender or "",
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "To": message.to,
    }
