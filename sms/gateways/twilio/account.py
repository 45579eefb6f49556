"""What must be set for Twilio."""

from __future__ import annotations

from core.settings import Settings


def required(settings: Settings, part: str) -> tuple[str, ...]:
    """The settings' fields that `part` (web, sender) needs. A messaging service has numbers of its own."""
    if part == "web":
        return ("twilio_auth_token",)
    number = () if settings.twilio_messaging_service_sid else ("twilio_from",)
    return ("twilio_account_sid", "twilio_auth_token", *number)
