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
    audit_heads: Path = Path("var/audit-heads.txt")  # the trail's head is added to it once a day; copy it elsewhere
    audit_journal: Path | None = None  # every act once more, on another disk: what a restored backup lacks
    backup_recipient: str = ""  # the office's public key (age1…); `jiangfu keys backup-key` makes one
    disk_least: int = Field(default=500, ge=0)  # MiB free where database and keys lie; below it a warning is given
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
    sender_lease: float = Field(default=120.0, ge=2, le=3600)  # seconds; so long waits what a dead worker was sending
    unasked_a_day: int = Field(default=4, ge=1, le=100)  # to one address; carriers hold back the fifth
    # Hours until the gateway's records of all messages are deleted, where it can delete; 0: only those that must be.
    sms_records_hours: int = Field(default=24, ge=0, le=24 * 365)
    sms_price: Decimal = Field(default=Decimal("0.05"), ge=0, decimal_places=4)  # yuan a segment
    daily_budget: Decimal | None = Field(default=None, ge=0)  # yuan; at it, what is unasked stops till tomorrow
    objection_days: int = Field(default=5, ge=1, le=60)  # the promise; no law names a time limit (policy-facts §6)
    notice_alone_most: int = Field(default=200, ge=0)  # people; a notice to more of them needs a second officer
    office_phone: str = "12345"
    office_hours: str = "9:00-17:00"
    report_phone: str = "12388"
    report_mailbox: str = Field(default="", max_length=16)  # where it hangs; all fits one SMS
    report_in_person: str = Field(default="", max_length=16)  # where somebody can be told in person
    report_answer_days: int = Field(default=30, ge=1, le=365)  # the promise to who reported
    report_retention_days: int = Field(default=180, ge=1, le=3650)  # from closing to destruction
    keep_texts_days: int = Field(default=30, ge=1)  # what was put into a message, once it can no longer be sent
    keep_messages_days: int = Field(default=400, ge=400)  # that it was sent; sooner it could be planned again
    keep_case_words_days: int = Field(default=365, ge=1)  # what people said in a case, from its decision
    keep_ceased_days: int = Field(default=1825, ge=30)  # who is no recipient and was never paid, from the last change
    keep_paid_days: int = Field(default=10957, ge=3653)  # who was paid: thirty years (会计档案管理办法)
    keep_contacts_days: int = Field(default=400, ge=1)  # a number that serves nobody of ours, from its first message
    city_inspector_key: Path | None = None  # public key of the inspector above the district
    own_report_keys_dir: Path | None = Field(default=None, validation_alias="JIANGFU_REPORT_KEYS_DIR")
    receipt_passes: int = Field(default=3, ge=1, le=64)
    receipt_memory: int = Field(default=192 * 1024, ge=8, le=4 * 1024 * 1024)  # KiB; both make 0.2 to 0.5 s of a core
    amounts: Annotated[dict[int, int], NoDecode, BeforeValidator(_amounts)] = Field(default_factory=dict)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    web_workers: int = Field(default=1, ge=1, le=64)
    # More than can wait for a receipt to be hardened, and as many again for all others.
    web_threads: int = Field(default=48, ge=1, le=256)

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

    @property
    def report_keys_dir(self) -> Path:
        """The folder of the report keys, which is never backed up; beside that of the other keys unless set."""
        return self.own_report_keys_dir or self.keys_dir.absolute().with_name("report-keys")

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
