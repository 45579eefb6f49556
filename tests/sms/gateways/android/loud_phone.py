"""A process in which the phone's gateway is used in every way with the log at its loudest: `test_logs.py` reads it."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from core.confidentiality import keys
from core.confidentiality.vault import Vault
from core.db import open_engine, open_sessions
from core.delivery.sender import Outgoing, SendError
from core.logs import configure
from core.migrations.run import upgrade
from core.settings import Settings
from demo.android_emulator import DEMO_ACCOUNT, AndroidPhone
from demo.faults import Fault, FaultKind, Faults
from demo.loopback import LoopbackServer
from demo.providers import create_app as create_providers
from demo.providers import demo_line
from sms.app import create_app
from sms.gateways.android.sender import AndroidSender
from tests.lines import make_line
from tests.stopped_clock import StoppedClock

PHONE, OTHER = "+8613800138000", "+8613900139000"
WORDS, LETTER = "王桂兰的菜单", "您的存折7月29日发"
OWN_ID = "1c9f3bb0-54a8-5d6e-9d3c-0f5f0d1b7a11"


def settings(folder: Path, url: str) -> Settings:
    """An installation in `folder` behind the gateway at `url`."""
    return Settings(
        database_url=f"sqlite:///{folder}/jiangfu.db",
        keys_dir=folder / "keys",
        sms_gateway="android",
        android_gateway_url=url,
        android_gateway_login=DEMO_ACCOUNT.login,
        android_gateway_password=DEMO_ACCOUNT.password,
        android_gateway_signing_key=DEMO_ACCOUNT.signing_key,
    )


def send(sender: AndroidSender, faults: Faults) -> None:
    """A message that goes, one that is refused with its number, one whose answer is lost, and a question."""
    sender.send(Outgoing(1, PHONE, LETTER, own_id=OWN_ID))
    sender.find(Outgoing(1, PHONE, LETTER, own_id=OWN_ID), datetime.now(UTC))
    refused = Fault("android", FaultKind.REJECT, code=400, text=f"invalid phone number {PHONE}", times=1)
    for number, fault in enumerate((refused, Fault("android", FaultKind.LOSE, times=1))):
        faults.add(fault)
        try:
            sender.send(Outgoing(2, PHONE, LETTER, own_id=f"{OWN_ID[:-2]}a{number}"))
        except SendError as error:
            print(type(error).__name__, error.code, error)  # noqa: T201


def receive(phone: AndroidPhone, faults: Faults, line_url: str) -> None:
    """A text that is answered, one whose answer is refused, one that nobody signed, and one that is none."""
    phone.webhook.line_url = line_url
    phone.text_in(PHONE, WORDS)
    faults.add(Fault("android", FaultKind.REJECT, code=400, text=f"invalid phone number {OTHER}", times=1))
    phone.text_in(OTHER, WORDS)
    phone.webhook.post({"event": "sms:received", "payload": {"sender": PHONE, "text": WORDS}})
    event = json.dumps({"event": "sms:received", "payload": {"sender": PHONE, "message": WORDS}})
    with httpx.Client(base_url=line_url, trust_env=False) as http:
        http.post("/sms/android", content=event.encode(), headers={"X-Timestamp": "1", "X-Signature": PHONE})


def main() -> None:
    """All of it."""
    configure("DEBUG")
    providers = create_providers(demo_line("http://127.0.0.1:1"))
    state = providers.extensions["providers"]
    state.android.receipts = "none"
    with TemporaryDirectory() as name, LoopbackServer(providers) as gate:
        given = settings(Path(name), gate.url)
        keys.ensure(given.keys_dir)
        engine = open_engine(given.database_url)
        upgrade(engine)
        line = make_line(open_sessions(engine), Vault(given.keys_dir), StoppedClock(), given)
        with LoopbackServer(create_app(line)) as web:
            receive(state.android, state.faults, web.url)
        send(AndroidSender(given), state.faults)
        print(len(state.android.messages.all()), "accepted")  # noqa: T201
        state.android.close()
        engine.dispose()


if __name__ == "__main__":
    sys.exit(main())  # type: ignore[func-returns-value]
