"""The true application, polling the emulated Bot API, and the people at the other end of its chats."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Engine
from telegram import Update
from telegram.ext import Application

from bot.app import build
from core.confidentiality.vault import Vault
from core.db import Sessions
from core.line import Line
from core.settings import Settings
from demo.faults import Fault, FaultKind
from demo.loopback import LoopbackServer
from demo.provider_state import ProviderState
from demo.providers import DEMO_BOT_TOKEN, create_app, demo_line
from tests.lines import SECONDS, eventually, impatient, make_line
from tests.stopped_clock import StoppedClock

PERSON = 5001


@dataclass
class Telegram:
    """The emulated side: its address, and its inside."""

    url: str
    state: ProviderState

    def says(self, words: str, person: int = PERSON) -> int:
        """A person sends a text."""
        return self.state.people.text(person, words)

    def received(self, chat: int = PERSON) -> list[str]:
        """The texts that the bot has sent there."""
        return [entry["text"] for entry in self._entries(chat)]

    def buttons(self, chat: int = PERSON) -> list[tuple[int, str]]:
        """The buttons under the newest message: message id and callback data."""
        newest = self._entries(chat)[-1]
        return [(newest["id"], button["callback_data"]) for row in newest["buttons"] for button in row]

    def hears(self, how_many: int, chat: int = PERSON) -> list[str]:
        """What the bot has sent there, as soon as there are so many texts."""
        eventually(lambda: len(self.received(chat)) >= how_many, f"{how_many} texts did not come")
        return self.received(chat)

    def fault(self, kind: str, method: str = "sendMessage", **fields: Any) -> Fault:
        """Switch a fault on."""
        fault = Fault(provider="telegram", kind=FaultKind(kind), method=method, **fields)
        self.state.faults.add(fault)
        return fault

    def _entries(self, chat: int) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.state.people.screen(chat)["entries"]  # type: ignore[assignment]
        return [entry for entry in entries if entry["direction"] == "received"]


@pytest.fixture
def telegram() -> Iterator[Telegram]:
    """The Bot API on loopback."""
    app = create_app(demo_line("http://127.0.0.1:9"))
    with LoopbackServer(app) as server:
        yield Telegram(server.url, app.extensions["providers"])
        app.extensions["providers"].faults.clear()


@pytest.fixture
def line(
    engine: Engine,
    sessions: Sessions,
    vault: Vault,
    scheme_clock: StoppedClock,
    settings: Callable[..., Settings],
    telegram: Telegram,
) -> Line:
    """A line whose bot talks to the emulator."""
    if engine.dialect.name == "sqlite":
        impatient(engine)
    address = {"telegram_bot_token": DEMO_BOT_TOKEN, "telegram_api_url": f"{telegram.url}/telegram"}
    return make_line(sessions, vault, scheme_clock, settings(**address))


@contextmanager
def running(line: Line) -> Iterator[Application[Any, Any, Any, Any, Any, Any]]:
    """The application for `line`, in a thread of its own, as `run` runs it but for the signals."""
    application = build(line)
    begun, over = threading.Event(), threading.Event()

    async def run() -> None:
        async with application:
            await application.post_init(application)
            await application.updater.start_polling(timeout=1, allowed_updates=Update.ALL_TYPES)
            await application.start()
            begun.set()
            await asyncio.to_thread(over.wait)
            await application.updater.stop()
            await application.stop()
            await application.post_stop(application)

    thread = threading.Thread(target=asyncio.run, args=(run(),), daemon=True)
    thread.start()
    assert begun.wait(SECONDS), "the bot did not start"
    yield application
    over.set()
    thread.join(SECONDS)
    assert not thread.is_alive(), "the bot did not stop"


@pytest.fixture
def bot(line: Line) -> Iterator[Application[Any, Any, Any, Any, Any, Any]]:
    """The bot of `line`, at work."""
    with running(line) as application:
        yield application
