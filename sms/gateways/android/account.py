"""What must be set for the Android phone."""

from __future__ import annotations

from core.settings import Settings

ACCOUNT = ("android_gateway_login", "android_gateway_password")
SIGNING_KEY = "android_gateway_signing_key"


def required(_settings: Settings, part: str) -> tuple[str, ...]:
    """The settings' fields that `part` (web, sender) needs: the web process answers through the phone, so it needs the
    account as well."""
    return (*ACCOUNT, SIGNING_KEY) if part == "web" else ACCOUNT
