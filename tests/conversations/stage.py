"""The stage of a conversation: the line behind its two doors on loopback, as in the field, and what a restart leaves."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from queue import Queue
from types import TracebackType
from typing import Any, Self

import httpx
from sqlalchemy import Engine
from telegram import Update
from telegram.ext import Application, ContextTypes, TypeHandler

from bot.app import build
from core.confidentiality.vault import Vault
from core.db import open_engine, open_sessions
from core.delivery.loop import Loop
from core.line import Line
from core.reminders.compose import Composer
from core.settings import Settings
from demo.loopback import LoopbackServer
from demo.provider_state import ProviderState
from demo.providers import DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN, DEMO_BOT_TOKEN, DEMO_NUMBER, create_app, demo_line
from sms.app import create_app as create_sms_app
from sms.gateways.twilio.sender import TwilioSender
from tests.conversations.assembly import assemble
from tests.stopped_clock import StoppedClock

PATIENCE_SECONDS = 60


class Stage:
    """The line, its web application and its bot, each served for real; the providers are the demo's emulators."""

    def __init__(self, database_url: str, clock: StoppedClock, make_settings: Callable[..., Settings]) -> None:
        self._open = ExitStack()
        self._database_url = database_url
        # The address is known before the application that answers at it.
        self.web = self._open.enter_context(LoopbackServer(self._answer))
        providers = create_app(demo_line(self.web.url))
        self.providers: ProviderState = providers.extensions["providers"]
        emulators = self._open.enter_context(LoopbackServer(providers))
        self.settings = make_settings(
            public_url=self.web.url,
            twilio_account_sid=DEMO_ACCOUNT_SID,
            twilio_auth_token=DEMO_AUTH_TOKEN,
            twilio_from=DEMO_NUMBER,
            twilio_api_url=f"{emulators.url}/twilio",
            telegram_bot_token=DEMO_BOT_TOKEN,
            telegram_api_url=f"{emulators.url}/telegram",
        )
        self.clock = clock
        # Nothing is encrypted on loopback, and the certificates of the world take 20 ms to load.
        self.http = self._open.enter_context(httpx.Client(verify=False, trust_env=False, timeout=PATIENCE_SECONDS))
        self.bot: PollingBot | None = None
        self._start()

    def _start(self) -> None:
        self.engine: Engine = open_engine(self._database_url)
        self.vault = Vault(self.settings.keys_dir)
        self.line: Line = assemble(open_sessions(self.engine), self.vault, self.clock, self.settings)
        self._web_app = create_sms_app(self.line)

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return self._web_app(environ, start_response)

    def open_telegram(self) -> PollingBot:
        """The bot, polling."""
        if self.bot is None:
            self.bot = PollingBot(self.line)
        return self.bot

    def deliver(self) -> list[tuple[str, str]]:
        """Send what waits through the emulated Twilio, which takes it to the phones and reports each receipt.

        The number and the text of each, in the order sent.
        """
        carrier, line = self.providers.carrier, self.line
        carrier.held = True  # so that nothing happens behind the test's back
        composer = Composer(line.vault, line.settings, line.clock)
        loop = Loop(line.sessions, line.vault, line.clock, line.settings, [TwilioSender(line.settings)], composer)
        while loop.step():
            pass
        waiting = carrier.store.newest_first(None, lambda message: message.status == "queued")[::-1]
        for message in waiting:
            carrier.settle(message, "delivered")
        return [(message.to, message.body) for message in waiting]

    def restart(self) -> None:
        """End all that is in memory and begin again from the database and the keys."""
        polled = self.bot is not None
        self._stop()
        self._start()
        if polled:
            self.open_telegram()

    def _stop(self) -> None:
        if self.bot is not None:
            self.bot.stop()
            self.bot = None
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()
        self._open.close()


class PollingBot:
    """The bot's own application in a thread, polling the emulator; `handled` has an item for each update it took."""

    def __init__(self, line: Line) -> None:
        self.handled: Queue[int] = Queue()
        self._ready = threading.Event()
        self._application = build(line)
        # A later group runs when the one before is through: by then the answer stands in the chat.
        self._application.add_handler(TypeHandler(Update, self._note_handled), group=1)
        begin = self._application.post_init

        async def begun(application: Application) -> None:
            await begin(application)
            self._ready.set()

        self._application.post_init = begun
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._poll, daemon=True)
        self._thread.start()
        assert self._ready.wait(PATIENCE_SECONDS)

    async def _note_handled(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        self.handled.put(update.update_id)

    def _poll(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._application.run_polling(allowed_updates=Update.ALL_TYPES, stop_signals=None)

    def stop(self) -> None:
        """Answer what was taken, and end."""
        self._loop.call_soon_threadsafe(self._application.stop_running)
        self._thread.join(PATIENCE_SECONDS)
        assert not self._thread.is_alive()
