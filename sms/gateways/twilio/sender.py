"""Sending over Twilio's REST interface, and asking it what it has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus

from requests import ConnectionError as NoConnection
from requests import ConnectTimeout, RequestException
from requests.adapters import HTTPAdapter
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from core.delivery.sender import MOST_AT_ONCE, Capabilities, Outgoing, SendError, Unanswered, Unreachable
from core.settings import Settings
from core.text import printable
from sms.gateways.twilio.codes import send_error

TIMEOUT_SECONDS = 10
# The newest messages to one number that are looked through for one of ours: more than a day's.
LOOKED_THROUGH = 200


class TwilioSender:
    """Hands messages to Twilio; receipts come back to `/sms/status`."""

    channel = "sms"
    capabilities = Capabilities(two_way=True, receipts=True, can_ask=True, can_erase=True)

    def __init__(self, settings: Settings) -> None:
        """Raises SettingsError where the account is not set up."""
        settings.require("twilio_account_sid", "twilio_auth_token")
        if not settings.twilio_messaging_service_sid:
            settings.require("twilio_from")
        self._client = Client(
            settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value(), http_client=_http_client()
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
        except (RequestException, TwilioException) as error:
            raise _ours(error) from None
        return str(sent.sid)

    def find(self, message: Outgoing, since: datetime) -> Sequence[str]:
        """Twilio's ids of the messages to the same number, from `since` on, that hold the same code or, without one,
        say the same. Raises SendError."""
        try:
            # No filter by the day sent: what is still queued has none. Without a limit the library reads every page.
            listed = self._client.messages.list(to=message.address, limit=LOOKED_THROUGH, page_size=LOOKED_THROUGH)
        except (RequestException, TwilioException) as error:
            raise _ours(error) from None
        return [str(one.sid) for one in reversed(listed) if _may_be(one, message, since)]

    def erase(self, provider_ref: str) -> None:
        """Delete Twilio's record of a message, numbers and all. Raises SendError; Twilio refuses while it is under
        way."""
        try:
            self._client.messages(provider_ref).delete()
        except (RequestException, TwilioException) as error:
            if not isinstance(error, TwilioRestException) or error.status != HTTPStatus.NOT_FOUND:
                raise _ours(error) from None

    def older_than(self, before: datetime) -> Sequence[str]:
        """Twilio's ids of messages, either way, of before then, at most a page of them. Raises SendError."""
        try:
            listed = self._client.messages.list(date_sent_before=before, limit=LOOKED_THROUGH)
        except (RequestException, TwilioException) as error:
            raise _ours(error) from None
        return [str(one.sid) for one in listed if one.date_created is not None and one.date_created < before]


def _http_client() -> TwilioHttpClient:
    # The library waits for ever unless told otherwise, and keeps fewer connections than there are threads.
    client = TwilioHttpClient(timeout=TIMEOUT_SECONDS)
    for scheme in ("https://", "http://"):
        client.session.mount(scheme, HTTPAdapter(pool_maxsize=MOST_AT_ONCE))
    return client


def _may_be(listed: MessageInstance, message: Outgoing, since: datetime) -> bool:
    if listed.direction != "outbound-api" or (listed.date_created is not None and listed.date_created < since):
        return False
    return message.code in listed.body if message.code else listed.body == printable(message.text)


def _ours(error: RequestException | TwilioException) -> SendError:
    if isinstance(error, TwilioRestException):
        return send_error(error.status, error.code)
    # Of a page that it cannot read the library tells nothing but the answer itself.
    answer = next((part for part in error.args if isinstance(part, Response)), None)
    if answer is not None:
        return send_error(answer.status_code, None)
    return (Unreachable if _never_left(error) else Unanswered)(type(error).__name__)


def _never_left(error: Exception) -> bool:
    """Whether there was not even a connection, so that nothing can have been taken."""
    cause = getattr(error.args[0], "reason", None) if isinstance(error, NoConnection) and error.args else None
    return isinstance(error, ConnectTimeout) or isinstance(cause, NewConnectionError | ConnectTimeoutError)
