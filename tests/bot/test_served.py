"""`jiangfu serve bot` behind its webhook: its answers, its log, its end. (Polling: tests/desk/test_serve.py.)"""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from demo.providers import DEMO_BOT_TOKEN
from tests.bot.conftest import Telegram
from tests.engines import on_sqlite
from tests.lines import eventually
from tests.processes import Program, free_port, program

PERSON, NAME, SAID = 987654321, "王桂兰", "我叫王桂兰"
SECRET = "webhook-secret"


@pytest.fixture
def bot(tmp_path: Path, database_url: str, keys_dir: Path, telegram: Telegram) -> Program:
    """The program, pointed at the emulated Bot API."""
    address = {"TELEGRAM_BOT_TOKEN": DEMO_BOT_TOKEN, "TELEGRAM_API_URL": f"{telegram.url}/telegram"}
    return program(tmp_path, database_url, keys_dir, **address)


def _webhook() -> dict[str, str]:
    port = free_port()
    return {
        "JIANGFU_TELEGRAM_MODE": "webhook",
        "JIANGFU_TELEGRAM_BIND": f"127.0.0.1:{port}",
        "JIANGFU_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "TELEGRAM_WEBHOOK_SECRET": SECRET,
    }


@on_sqlite
def test_the_webhook(bot: Program, telegram: Telegram) -> None:
    """It answers whoever knows its secret; at its loudest the log holds neither token nor chat, name or words; SIGTERM in the middle of an
    answer ends it with 0 when the answer is out."""
    settings = _webhook()
    telegram.state.people.name(PERSON, NAME, "zh")
    with bot.started("serve", "bot", **settings) as running:
        telegram.says("菜单", PERSON)
        telegram.hears(2, PERSON)
        _is_shut_without_its_secret(settings["JIANGFU_PUBLIC_URL"])
        message, data = telegram.buttons(PERSON)[-1]
        telegram.state.people.press(PERSON, message, data)
        telegram.hears(3, PERSON)
        fault = telegram.fault("throttle", seconds=1, times=1)
        telegram.says("返回", PERSON)
        eventually(lambda: fault.struck)
        assert running.ends() == 0
        assert len(telegram.received(PERSON)) == 4
        printed = running.printed()
    assert all(canary not in printed for canary in (DEMO_BOT_TOKEN, SECRET, str(PERSON), NAME, SAID, "Traceback"))
    assert "python_warning" not in printed


def _is_shut_without_its_secret(url: str) -> None:
    """Whoever guesses the address gets 403, and nothing of what he posts is read."""
    update = {
        "update_id": 1,
        "message": {"message_id": 1, "date": 0, "chat": {"id": 5001, "type": "private"}, "text": "2"},
    }
    header = "X-Telegram-Bot-Api-Secret-Token"
    with httpx.Client(trust_env=False) as http:
        for headers in ({}, {header: "guess"}):
            assert http.post(f"{url}/telegram/webhook", json=update, headers=headers).status_code == 403
        assert http.post(f"{url}/telegram/webhook", json=update, headers={header: SECRET}).status_code == 200
