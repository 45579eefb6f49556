"""The emulated providers in a process of their own, with their faults, and their own count of what they accepted."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from demo.android_emulator import DEMO_ACCOUNT
from demo.providers import DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN, DEMO_BOT_TOKEN, DEMO_NUMBER

Accepted = Counter[tuple[str, str]]  # how often by address and text
NOBODY = "http://127.0.0.1:9"  # the line does not listen: what was sent is known from the requests alone


@dataclass
class Emulators:
    """The running process."""

    url: str
    http: httpx.Client

    def settings(self) -> dict[str, str]:
        """What points the program's senders at them, whichever gateway it uses."""
        return {
            "TWILIO_ACCOUNT_SID": DEMO_ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": DEMO_AUTH_TOKEN,
            "TWILIO_FROM": DEMO_NUMBER,
            "TWILIO_API_URL": f"{self.url}/twilio",
            "TELEGRAM_BOT_TOKEN": DEMO_BOT_TOKEN,
            "TELEGRAM_API_URL": f"{self.url}/telegram",
            "ANDROID_GATEWAY_URL": self.url,
            "ANDROID_GATEWAY_LOGIN": DEMO_ACCOUNT.login,
            "ANDROID_GATEWAY_PASSWORD": DEMO_ACCOUNT.password,
            "ANDROID_GATEWAY_SIGNING_KEY": DEMO_ACCOUNT.signing_key,
        }

    def fault(self, **fault: object) -> None:
        """Switch a fault on (demo/faults.py)."""
        self.http.post("/phones/faults", json=fault).raise_for_status()

    def struck(self) -> Counter[str]:
        """How often each kind of fault struck, by provider and kind."""
        struck: Counter[str] = Counter()
        for row in self.http.get("/phones/faults").raise_for_status().json():
            struck[f"{row['provider']} {row['kind']}"] += row["struck"]
        return struck

    def total(self) -> int:
        """How many messages were accepted so far."""
        return int(self.http.get("/phones/accepted/total").raise_for_status().json()["total"])

    def accepted(self) -> dict[str, Accepted]:
        """What each provider accepted: `twilio`, `android`, `telegram`."""
        both = self.http.get("/phones/accepted").raise_for_status().json()
        android = self.http.get("/phones/android/accepted").raise_for_status().json()
        counted = {"twilio": both["sms"], "telegram": both["telegram"], "android": android}
        return {
            name: Counter({(str(row["to"]), str(row["text"])): int(row["count"]) for row in rows})
            for name, rows in counted.items()
        }


@contextmanager
def emulators() -> Iterator[Emulators]:
    """Fresh ones for the length of the block."""
    command = [sys.executable, "-m", "demo.providers", "--port", "0", "--line", NOBODY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().removeprefix("providers on ").strip()
            with httpx.Client(base_url=url, trust_env=False, timeout=30) as http:
                yield Emulators(url, http)
        finally:
            process.kill()
