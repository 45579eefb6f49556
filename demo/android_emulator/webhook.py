"""The phone's own requests to the line, each try signed anew, kept until the line takes them."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field

import httpx

from demo.android_emulator.account import Account

PATIENCE = 5.0  # seconds of silence that the app bears


@dataclass
class Webhook:
    """Posts to `/sms/android` of the line at `line_url`; safe to use from many threads."""

    account: Account
    line_url: str
    _http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=PATIENCE, trust_env=False))

    def post(self, event: dict[str, object]) -> int | None:
        """Post one event; the HTTP status that the line answered, None for no answer."""
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        try:
            return self._http.post(
                f"{self.line_url}/sms/android", content=body.encode(), headers=self._headers(body)
            ).status_code
        except httpx.HTTPError:
            return None

    def _headers(self, body: str) -> dict[str, str]:
        timestamp = str(int(time.time()))
        signed = hmac.new(self.account.signing_key.encode(), (body + timestamp).encode(), hashlib.sha256)
        return {
            "Content-Type": "application/json; charset=utf-8",
            "X-Timestamp": timestamp,
            "X-Signature": signed.hexdigest(),
        }

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()
