"""The gateway that `JIANGFU_SMS_GATEWAY` chooses. A new one is a folder, a word in that setting, and a line in each of
these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.settings import Settings

if TYPE_CHECKING:
    from sms.gateways.gateway import Gateway


def chosen(settings: Settings) -> Gateway:
    """The gateway of this installation; of the gateways' libraries only its own are loaded."""
    if settings.sms_gateway == "android":
        from sms.gateways.android.gateway import ANDROID

        return ANDROID
    from sms.gateways.twilio.gateway import TWILIO

    return TWILIO


def required(settings: Settings, part: str) -> tuple[str, ...]:
    """The fields of `settings` without which the part `web` or `sender` cannot run; no library is loaded to say so."""
    if settings.sms_gateway == "android":
        from sms.gateways.android import account as android

        return android.required(settings, part)
    from sms.gateways.twilio import account as twilio

    return twilio.required(settings, part)
