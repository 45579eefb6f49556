"""SMSGate's REST interface: hand a text to the phone under an id of our own, and ask whether it is held."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx

from core.delivery.sender import MOST_AT_ONCE, Unanswered, Unreachable
from core.settings import Settings
from core.text import printable
from sms.gateways.android.account import ACCOUNT
from sms.gateways.android.codes import TAKEN_BEFORE, send_error

# The server in the cloud and a private one; an app that is asked by itself, in the local network, has no such path.
SERVER_PATH = "/3rdparty/v1"

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)


class SmsGate:
    """One account at the gateway; safe to use from many threads, not across a fork."""

    def __init__(self, settings: Settings, timeout: float) -> None:
        """`timeout`: seconds for each of connecting, sending, and waiting. Raises SettingsError without an account."""
        settings.require(*ACCOUNT)
        url = settings.android_gateway_url
        has_path = "/" in url.partition("://")[2]
        self._roots = (url,) if has_path else (f"{url}{SERVER_PATH}", url)
        password = settings.android_gateway_password.get_secret_value()
        self._http = httpx.Client(
            auth=(settings.android_gateway_login, password),
            timeout=timeout,
            limits=httpx.Limits(max_connections=MOST_AT_ONCE),
        )

    def submit(
        self,
        message_id: str,
        number: str,
        text: str,
        *,
        priority: int = 0,
        lifetime: timedelta | None = None,
        device: str | None = None,
    ) -> None:
        """Have `text` sent to `number` (E.164), once for each `message_id`: the gateway refuses the second, which is as
        good as the first. After `lifetime` the phone no longer sends it. Raises SendError.
        """
        message: dict[str, Any] = {
            "id": message_id,
            "textMessage": {"text": printable(text)},
            "phoneNumbers": [number],
            "withDeliveryReport": True,
            "priority": priority,
        }
        if lifetime is not None:
            message["ttl"] = max(5, int(lifetime.total_seconds()))
        if device is not None:
            message["deviceId"] = device
        answer = self._request("POST", "/messages", json=message)
        if answer.status_code != TAKEN_BEFORE:
            _expect_success(answer)

    def holds(self, message_id: str) -> bool:
        """Whether the gateway has taken a message with that id, whatever became of it. Raises SendError."""
        answer = self._request("GET", f"/messages/{message_id}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return False
        _expect_success(answer)
        return True

    def close(self) -> None:
        """Let go of the connections; nothing can be sent after it."""
        self._http.close()

    def _request(self, method: str, path: str, json: dict[str, Any] | None = None) -> httpx.Response:
        try:
            for root in self._roots:
                answer = self._http.request(method, f"{root}{path}", json=json)
                if answer.status_code != httpx.codes.NOT_FOUND:
                    break
        except _NEVER_SENT as error:
            raise Unreachable(type(error).__name__) from None
        except httpx.HTTPError as error:
            raise Unanswered(type(error).__name__) from None
        return answer


def _expect_success(answer: httpx.Response) -> None:
    said = _object(answer)
    if not answer.is_success:
        raise send_error(answer.status_code, str((said or {}).get("message", "")), _wait(answer))
    if said is None:
        raise Unanswered("no_gateway")  # a page of something between us; if it was taken, the repeat will say so


def _object(answer: httpx.Response) -> dict[str, Any] | None:
    try:
        said = answer.json()
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _wait(answer: httpx.Response) -> timedelta | None:
    seconds = answer.headers.get("Retry-After", "")
    return timedelta(seconds=int(seconds)) if seconds.isascii() and seconds.isdigit() and len(seconds) < 7 else None
