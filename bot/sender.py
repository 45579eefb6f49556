"""Sending unasked messages over the Bot API."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Thread

from telegram import Bot
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from bot.errors import send_error, tell_waits_as_timedelta
from core.delivery.sender import MOST_AT_ONCE, Capabilities, Outgoing
from core.settings import Settings

TIMEOUT_SECONDS = 10.0


class TelegramSender:
    """Hands messages to Telegram. It has no receipts and can't be asked: what it took counts as sent, never as
    delivered, and what it may have taken is unknown for good."""

    channel = "telegram"
    capabilities = Capabilities(
        two_way=True,
        receipts=False,
        can_ask=False,
        can_erase=True,
        in_segments=False,
        # https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
        between=timedelta(seconds=1),
    )

    def __init__(self, settings: Settings) -> None:
        """Raises SettingsError where there is no token."""
        settings.require("telegram_bot_token")
        tell_waits_as_timedelta()
        # The library's client lives on one event loop of its own, whichever thread sends.
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="telegram-client", daemon=True)
        self._thread.start()
        self._request = HTTPXRequest(
            connection_pool_size=MOST_AT_ONCE,
            connect_timeout=TIMEOUT_SECONDS,
            read_timeout=TIMEOUT_SECONDS,
            write_timeout=TIMEOUT_SECONDS,
        )
        self._bot = Bot(
            settings.telegram_bot_token.get_secret_value(),
            base_url=f"{settings.telegram_api_url}/bot",
            request=self._request,
        )

    def send(self, message: Outgoing) -> str:
        """Telegram's id of the message. Raises SendError."""
        sending = self._bot.send_message(int(message.address), message.text)
        try:
            sent = asyncio.run_coroutine_threadsafe(sending, self._loop).result()
        except TelegramError as error:
            raise send_error(error) from None
        return str(sent.message_id)

    def find(self, message: Outgoing, since: datetime) -> Sequence[str]:
        """Nothing: Telegram does not tell a bot what it has sent."""
        return ()

    def close(self) -> None:
        """Let go of the connections; nothing can be sent after it."""
        asyncio.run_coroutine_threadsafe(self._request.shutdown(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
