"""The seam between gateways: the setting chooses one, with what it can do, what it needs and which doors it opens."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.confidentiality.vault import Vault
from core.db import Sessions
from core.errors import SettingsError
from core.settings import Settings
from sms.app import create_app
from sms.gateways.choice import chosen, required
from tests.engines import on_sqlite
from tests.lines import make_line
from tests.stopped_clock import StoppedClock

ROOT = Path(__file__).parents[3]
ANDROID = {
    "android_gateway_login": "LOGIN",
    "android_gateway_password": "password",
    "android_gateway_signing_key": "key",
}
DOORS = {"twilio": {"/sms/inbound", "/sms/status"}, "android": {"/sms/android"}}
# What each can do, as the rest of the program relies on it.
CAN = {
    "twilio": {"two_way", "receipts", "can_ask", "can_erase"},
    "android": {"two_way", "receipts", "can_ask", "knows_own_id"},
}

Make = Callable[..., Settings]


@pytest.mark.parametrize("name", CAN)
def test_a_gateway_says_what_it_can_do(settings: Make, name: str) -> None:
    """Twilio can be made to forget what passed, a phone cannot; only the phone's gateway knows a repeat by our id."""
    can = chosen(settings(sms_gateway=name)).capabilities
    assert {word for word in CAN["twilio"] | CAN["android"] if getattr(can, word)} == CAN[name]
    assert can.in_segments


@on_sqlite
@pytest.mark.parametrize("name", DOORS)
def test_only_the_chosen_gateways_doors_are_open(
    settings: Make, sessions: Sessions, vault: Vault, scheme_clock: StoppedClock, name: str
) -> None:
    """What the other would post finds nothing there."""
    chosen_one = settings(sms_gateway=name, twilio_auth_token="token", **ANDROID)
    app = create_app(make_line(sessions, vault, scheme_clock, chosen_one))
    assert {str(rule) for rule in app.url_map.iter_rules()} - {"/healthz", "/metrics"} == DOORS[name]


@pytest.mark.parametrize(
    ("label", "fields", "part", "missing"),
    [
        ("Twilio answers with its token alone", {"twilio_auth_token": "t"}, "web", None),
        ("and not without", {}, "web", "TWILIO_AUTH_TOKEN"),
        ("Twilio sends", {"twilio_account_sid": "A", "twilio_auth_token": "t", "twilio_from": "+1"}, "sender", None),
        ("from a number", {"twilio_account_sid": "A", "twilio_auth_token": "t"}, "sender", "TWILIO_FROM"),
        (
            "or over a service",
            {"twilio_account_sid": "A", "twilio_auth_token": "t", "twilio_messaging_service_sid": "MG"},
            "sender",
            None,
        ),
        ("the phone answers by sending", {**ANDROID, "sms_gateway": "android"}, "web", None),
        (
            "so its webhook needs the account too",
            {**ANDROID, "sms_gateway": "android", "android_gateway_login": ""},
            "web",
            "ANDROID_GATEWAY_LOGIN",
        ),
        (
            "and the key that it signs with",
            {**ANDROID, "sms_gateway": "android", "android_gateway_signing_key": ""},
            "web",
            "ANDROID_GATEWAY_SIGNING_KEY",
        ),
        (
            "which the sender does without",
            {**ANDROID, "sms_gateway": "android", "android_gateway_signing_key": ""},
            "sender",
            None,
        ),
        (
            "but not without the password",
            {**ANDROID, "sms_gateway": "android", "android_gateway_password": ""},
            "sender",
            "ANDROID_GATEWAY_PASSWORD",
        ),
    ],
)
def test_what_must_be_set(settings: Make, label: str, fields: dict[str, str], part: str, missing: str | None) -> None:
    """The start names the variable that the chosen gateway lacks; the other gateway's may be empty."""
    given = settings(**fields)
    if missing is None:
        given.require(*required(given, part))
        return
    with pytest.raises(SettingsError, match=f"^{missing} "):
        given.require(*required(given, part))


@pytest.mark.parametrize(("name", "other"), [("twilio", "android"), ("android", "twilio")])
def test_the_other_gateway_is_not_even_loaded(name: str, other: str) -> None:
    """Its libraries cost memory in every process, and may be missing."""
    code = (
        "import sys; from core.settings import Settings; from sms.gateways.choice import chosen;"
        f"chosen(Settings(sms_gateway={name!r}));"
        f"print(*(m for m in sys.modules if m == 'twilio' or m.startswith('sms.gateways.{other}')))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert loaded == (set() if name == "android" else {"twilio"})
