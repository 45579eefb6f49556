"""All settings, read once from the environment or `.env` into one frozen object; what is wrong is named in one line."""

from __future__ import annotations

from datetime import datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from core.errors import SettingsError

QuietHours = tuple[time, time]


def _zone(value: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(value))
    except (KeyError, ValueError, OSError):
        raise ValueError("is no time zone; an example: Asia/Shanghai") from None


def _bind(value: object) -> tuple[str, int]:
    host, _, port = str(value).rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise ValueError("must be HOST:PORT; an example: 127.0.0.1:8000")
    return host, int(port)


def _quiet_hours(value: object) -> QuietHours:
    try:
        start, end = (time.fromisoformat(part.strip()) for part in str(value).split("-"))
    except ValueError:
        raise ValueError("must be HH:MM-HH:MM; an example: 20:00-08:00") from None
    return start, end


def _amounts(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return {int(year): int(yuan) for year, yuan in (pair.split("=") for pair in value.split(",") if pair.strip())}
    except ValueError:
        raise ValueError("must be YEAR=YUAN,…; an example: 2026=1200,2027=1200") from None


def _web_address(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("must begin with http:// or https://")
    return value.rstrip("/")


Address = Annotated[tuple[str, int], NoDecode, BeforeValidator(_bind)]
WebAddress = Annotated[str, AfterValidator(_web_address)]


class Settings(BaseSettings):
    """What the installation decides. Secrets are `SecretStr`, so that printing the object shows none."""

    model_config = SettingsConfigDict(
        env_prefix="JIANGFU_",
        env_file=".env",
        extra="ignore",
        frozen=True,
        validate_default=False,
        env_ignore_empty=True,
        populate_by_name=True,
    )

    database_url: str = Field(default="sqlite:///var/jiangfu.db", repr=False)  # it may hold a password
    keys_dir: Path = Path("var/keys")
    timezone: Annotated[ZoneInfo, BeforeValidator(_zone)] = ZoneInfo("Asia/Shanghai")
    public_url: WebAddress = "http://127.0.0.1:8000"
    bind: Address = ("127.0.0.1", 8000)
    now: datetime | None = None
    quiet_hours: Annotated[QuietHours, NoDecode, BeforeValidator(_quiet_hours)] = (time(20), time(8))
    sms_signature: str = "【奖扶办】"
    sms_signature_en: str = "[JF Office]"
    sms_gateway: Literal["twilio", "android"] = "twilio"
    sms_rate: float = Field(default=1.0, gt=0, le=1000)  # a second; a Twilio long code's own
    telegram_rate: float = Field(default=30.0, gt=0, le=1000)  # a second, in all chats together
    unasked_a_day: int = Field(default=4, ge=1, le=100)  # to one address; carriers hold back the fifth
    sms_price: Decimal = Field(default=Decimal("0.05"), ge=0, decimal_places=4)  # yuan a segment
    daily_budget: Decimal | None = Field(default=None, ge=0)  # yuan; at it, what is unasked stops till tomorrow
    objection_days: int = Field(default=5, ge=1, le=60)  # the promise; no law names a time limit (policy-facts §6)
    office_phone: str = "12345"
    office_hours: str = "9:00-17:00"
    report_phone: str = "12388"
    amounts: Annotated[dict[int, int], NoDecode, BeforeValidator(_amounts)] = Field(default_factory=dict)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    web_workers: int = Field(default=1, ge=1, le=64)
    web_threads: int = Field(default=16, ge=1, le=256)

    twilio_account_sid: str = Field(default="", validation_alias=AliasChoices("TWILIO_ACCOUNT_SID"))
    twilio_auth_token: SecretStr = Field(default=SecretStr(""), validation_alias="TWILIO_AUTH_TOKEN")
    twilio_from: str = Field(default="", validation_alias="TWILIO_FROM")
    twilio_messaging_service_sid: str = Field(default="", validation_alias="TWILIO_MESSAGING_SERVICE_SID")
    twilio_api_url: WebAddress = Field(default="https://api.twilio.com", validation_alias="TWILIO_API_URL")

    telegram_bot_token: SecretStr = Field(default=SecretStr(""), validation_alias="TELEGRAM_BOT_TOKEN")
    telegram_api_url: WebAddress = Field(default="https://api.telegram.org", validation_alias="TELEGRAM_API_URL")
    telegram_mode: Literal["polling", "webhook"] = "polling"
    telegram_bind: Address = ("127.0.0.1", 8001)
    telegram_webhook_secret: SecretStr = Field(default=SecretStr(""), validation_alias="TELEGRAM_WEBHOOK_SECRET")

    android_gateway_url: WebAddress = Field(default="https://api.sms-gate.app", validation_alias="ANDROID_GATEWAY_URL")
    android_gateway_login: str = Field(default="", validation_alias="ANDROID_GATEWAY_LOGIN", repr=False)
    android_gateway_password: SecretStr = Field(default=SecretStr(""), validation_alias="ANDROID_GATEWAY_PASSWORD")
    android_gateway_signing_key: SecretStr = Field(
        default=SecretStr(""), validation_alias="ANDROID_GATEWAY_SIGNING_KEY"
    )

    @classmethod
    def read(cls) -> Settings:
        """The settings of this process. Raises SettingsError naming the first variable that is malformed."""
        try:
            return cls()
        except ValidationError as error:
            first = error.errors()[0]
            raise SettingsError(f"{_variable(first['loc'])}: {first['msg'].removeprefix('Value error, ')}") from None
        except (OSError, UnicodeDecodeError):
            raise SettingsError(".env: cannot be read as text in UTF-8") from None

    def require(self, *fields: str) -> None:
        """Raise SettingsError naming the first of `fields` that is empty: the part that starts cannot do without it."""
        for field in fields:
            value = getattr(self, field)
            if not (value.get_secret_value() if isinstance(value, SecretStr) else value):
                raise SettingsError(f"{_variable((field,))} is missing; set it in the environment or in .env")


def _variable(location: tuple[int | str, ...]) -> str:
    name = str(location[0])
    outside_prefix = name.lower().startswith(
        ("twilio_", "telegram_bot", "telegram_api", "telegram_webhook", "android_gateway_")
    )
    return name.upper() if outside_prefix or name.startswith("JIANGFU_") else f"JIANGFU_{name.upper()}"
