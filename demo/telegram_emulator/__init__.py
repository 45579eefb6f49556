"""Telegram's Bot API on loopback, and the people who chat with the bot."""

from demo.telegram_emulator.api import telegram_api
from demo.telegram_emulator.bot_account import BotAccount
from demo.telegram_emulator.people import People

__all__ = ["BotAccount", "People", "telegram_api"]
