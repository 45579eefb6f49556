"""Sending unasked messages over the Bot API."""

from __future__ import annotations

import asyncio

from telegram import Bot
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from bot.errors import send_error, tell_waits_as_timedelta
from core.delivery.sender import Outgoing
from core.settings import Settings

TIMEOUT_SECONDS = 10.0


class TelegramSender:
    """Hands messages to Telegram. It has no receipts: what it took counts as sent, never as delivered."""

    channel = "telegram"

    def __init__(self, settings: Settings) -> None:
        """Raises SettingsError where there is no token."""
        settings.require("telegram_bot_token")
        tell_waits_as_timedelta()
        # The sender's loop is a plain thread; the library's client lives on one event loop of its own.
        self._loop = asyncio.new_event_loop()
        self._request = HTTPXRequest(
            connect_timeout=TIMEOUT_SECONDS, read_timeout=TIMEOUT_SECONDS, write_timeout=TIMEOUT_SECONDS
        )
        self._bot = Bot(
            settings.telegram_bot_token.get_secret_value(),
            base_url=f"{settings.telegram_api_url}/bot",
            request=self._request,
        )

    def send(self, message: Outgoing) -> str:
        """Telegram's id of the message. Raises SendError."""
        try:
            sent = self._loop.run_until_complete(self._bot.send_message(int(message.address), message.text))
        except TelegramError as error:
            raise send_error(error) from None
        return str(sent.message_id)

    def close(self) -> None:
        """Let go of the connection; nothing can be sent after it."""
        self._loop.run_until_complete(self._request.shutdown())
        self._loop.close()
