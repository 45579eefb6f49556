"""Sending over Twilio's REST interface."""

from __future__ import annotations

from requests import RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from core.delivery.sender import Outgoing, Unreachable
from core.settings import Settings
from core.text import printable
from sms.gateways.twilio.codes import send_error

TIMEOUT_SECONDS = 10


class TwilioSender:
    """Hands messages to Twilio; receipts come back to `/sms/status`."""

    channel = "sms"

    def __init__(self, settings: Settings) -> None:
        """Raises SettingsError where the account is not set up."""
        settings.require("twilio_account_sid", "twilio_auth_token")
        if not settings.twilio_messaging_service_sid:
            settings.require("twilio_from")
        self._client = Client(
            settings.twilio_account_sid,
            settings.twilio_auth_token.get_secret_value(),
            # The library waits for ever unless told otherwise.
            http_client=TwilioHttpClient(timeout=TIMEOUT_SECONDS),
        )
        self._client.api.base_url = settings.twilio_api_url
        self._from = (
            {"messaging_service_sid": settings.twilio_messaging_service_sid}
            if settings.twilio_messaging_service_sid
            else {"from_": settings.twilio_from}
        )
        self._callback = f"{settings.public_url}/sms/status"

    def send(self, message: Outgoing) -> str:
        """Twilio's id of the message. Raises SendError."""
        # A receipt may be here before Twilio's id is noted, or where its answer was lost: so it names the row.
        callback = f"{self._callback}?row={message.row_id}"
        try:
            sent = self._client.messages.create(
                to=message.address, body=printable(message.text), status_callback=callback, **self._from
            )
        except TwilioRestException as error:
            raise send_error(error.status, error.code) from None
        except (RequestException, TwilioException) as error:
            raise Unreachable(type(error).__name__) from None
        return str(sent.sid)
