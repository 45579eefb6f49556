"""core/settings: read once, typed, defaults as documented; what is wrong is named in one line and no secret shown."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from core.errors import SettingsError
from core.settings import Settings

SECRET = "s3cret-of-the-provider"


@pytest.mark.parametrize(
    ("field", "default"),
    [
        ("database_url", "sqlite:///var/jiangfu.db"),
        ("keys_dir", Path("var/keys")),
        ("timezone", ZoneInfo("Asia/Shanghai")),
        ("bind", ("127.0.0.1", 8000)),
        ("now", None),
        ("quiet_hours", (time(20), time(8))),
        ("sms_signature", "【奖扶办】"),
        ("sms_signature_en", "[JF Office]"),
        ("sms_gateway", "twilio"),
        ("telegram_mode", "polling"),
        ("twilio_api_url", "https://api.twilio.com"),
        ("telegram_api_url", "https://api.telegram.org"),
        ("amounts", {}),
    ],
)
def test_defaults(field: str, default: object) -> None:
    """Without any variable the line runs on this machine with the documented defaults."""
    assert getattr(Settings.read(), field) == default


@pytest.mark.parametrize(
    ("variable", "value", "field", "read"),
    [
        ("JIANGFU_DATABASE_URL", "postgresql+psycopg://h/d", "database_url", "postgresql+psycopg://h/d"),
        ("JIANGFU_TIMEZONE", "Asia/Urumqi", "timezone", ZoneInfo("Asia/Urumqi")),
        ("JIANGFU_BIND", "0.0.0.0:80", "bind", ("0.0.0.0", 80)),
        ("JIANGFU_QUIET_HOURS", "21:30-07:15", "quiet_hours", (time(21, 30), time(7, 15))),
        ("JIANGFU_PUBLIC_URL", "https://line.example/", "public_url", "https://line.example"),
        ("JIANGFU_NOW", "2026-05-12T10:00:00Z", "now", datetime(2026, 5, 12, 10, tzinfo=UTC)),
        ("JIANGFU_NOW", "2026-05-12T10:00:00", "now", datetime(2026, 5, 12, 10)),  # noqa: DTZ001
        ("JIANGFU_BIND", "", "bind", ("127.0.0.1", 8000)),
        ("TWILIO_ACCOUNT_SID", "AC1", "twilio_account_sid", "AC1"),
        ("TWILIO_FROM", "+8610", "twilio_from", "+8610"),
        ("TWILIO_MESSAGING_SERVICE_SID", "MG1", "twilio_messaging_service_sid", "MG1"),
        ("TWILIO_API_URL", "http://127.0.0.1:9/", "twilio_api_url", "http://127.0.0.1:9"),
        ("TELEGRAM_API_URL", "http://127.0.0.1:9", "telegram_api_url", "http://127.0.0.1:9"),
        ("JIANGFU_TELEGRAM_MODE", "webhook", "telegram_mode", "webhook"),
        ("JIANGFU_TELEGRAM_BIND", "127.0.0.1:9", "telegram_bind", ("127.0.0.1", 9)),
    ],
)
def test_each_variable_is_read(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, field: str, read: object
) -> None:
    """A variable of the contract decides its setting."""
    monkeypatch.setenv(variable, value)
    assert getattr(Settings.read(), field) == read


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("JIANGFU_TIMEZONE", "Asia/Atlantis"),
        ("JIANGFU_TIMEZONE", "/etc/passwd"),
        ("JIANGFU_BIND", "8000"),
        ("JIANGFU_BIND", "127.0.0.1:http"),
        ("JIANGFU_BIND", "127.0.0.1:65536"),
        ("JIANGFU_BIND", "127.0.0.1:²"),
        ("JIANGFU_QUIET_HOURS", "20:00"),
        ("JIANGFU_QUIET_HOURS", "20:00-25:00"),
        ("JIANGFU_QUIET_HOURS", "20:00-21:00-22:00"),
        ("JIANGFU_PUBLIC_URL", "line.example"),
        ("JIANGFU_NOW", "tomorrow"),
        ("JIANGFU_SMS_GATEWAY", "pigeon"),
        ("JIANGFU_AMOUNTS", "much"),
        ("JIANGFU_LOG_LEVEL", "LOUD"),
        ("JIANGFU_WEB_WORKERS", "0"),
        ("JIANGFU_WEB_THREADS", "1.5"),
        ("JIANGFU_TELEGRAM_MODE", "post"),
        ("JIANGFU_TELEGRAM_BIND", "x"),
        ("TWILIO_API_URL", "ftp://x"),
        ("TELEGRAM_API_URL", "x"),
    ],
)
def test_a_malformed_value_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    """The start stops with one line that begins with the variable's own name."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as caught:
        Settings.read()
    message = str(caught.value)
    assert message.startswith(f"{variable}: ")
    assert "\n" not in message


@pytest.mark.parametrize("field", ["twilio_auth_token", "telegram_bot_token", "telegram_webhook_secret"])
def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch, field: str) -> None:
    """Neither printing the settings nor dumping them shows a secret, and yet it was read."""
    monkeypatch.setenv(field.upper(), SECRET)
    settings = Settings.read()
    assert getattr(settings, field).get_secret_value() == SECRET
    assert SECRET not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"


def test_the_dotenv_file_is_read_and_the_environment_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """`.env` in the working folder counts; what the environment says counts more."""
    Path(".env").write_text("JIANGFU_BIND=127.0.0.1:81\nTWILIO_FROM=+8610\nUNRELATED=1\n", "utf-8")
    assert Settings.read().bind == ("127.0.0.1", 81)
    assert Settings.read().twilio_from == "+8610"
    monkeypatch.setenv("JIANGFU_BIND", "127.0.0.1:82")
    assert Settings.read().bind == ("127.0.0.1", 82)


def test_the_databases_password_is_not_shown() -> None:
    """The address of a PostgreSQL server may hold a password; printing the settings leaves it out."""
    settings = Settings(database_url=f"postgresql+psycopg://jiangfu:{SECRET}@db/jiangfu")
    assert SECRET not in f"{settings!r} {settings}"


def test_a_dotenv_file_in_another_encoding_is_named() -> None:
    """A file that an editor saved as GBK stops the start with one line."""
    Path(".env").write_bytes("JIANGFU_SMS_SIGNATURE=【奖扶办】".encode("gbk"))
    with pytest.raises(SettingsError, match=r"^\.env: [^\n]+$"):
        Settings.read()


@pytest.mark.parametrize(
    ("field", "variable"),
    [
        ("twilio_auth_token", "TWILIO_AUTH_TOKEN"),
        ("twilio_account_sid", "TWILIO_ACCOUNT_SID"),
        ("telegram_bot_token", "TELEGRAM_BOT_TOKEN"),
        ("database_url", "JIANGFU_DATABASE_URL"),
    ],
)
def test_what_a_part_needs_and_lacks_is_named(field: str, variable: str) -> None:
    """A part that starts without a setting it cannot do without says which one."""
    settings = Settings(**{field: ""})
    with pytest.raises(SettingsError, match=rf"^{variable} is missing"):
        settings.require("timezone", field)
    settings.require("timezone")


def test_settings_do_not_change_while_the_program_runs() -> None:
    """They are one frozen object."""
    with pytest.raises(ValueError, match="frozen"):
        Settings.read().office_phone = "1"  # type: ignore[misc]
