"""Talking with the emulated bot from both ends: as the bot by the true client, as the person by the control API."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from telegram import Bot

from demo.providers import DEMO_BOT_TOKEN
from tests.demo.conftest import Providers

PERSON = 5001


def with_bot(providers: Providers, talk: Callable[[Bot], Awaitable[Any]], token: str = DEMO_BOT_TOKEN) -> Any:
    """Runs `talk` with the true bot client, pointed at the emulator."""

    async def run() -> Any:
        bot = Bot(token, base_url=f"{providers.url}/telegram/bot")
        async with bot:
            return await talk(bot)

    return asyncio.run(run())


def screen(providers: Providers, chat: int = PERSON) -> dict[str, Any]:
    """What the person sees."""
    return providers.http.get(f"/phones/telegram/{chat}").json()


def act(providers: Providers, name: str, **body: object) -> httpx.Response:
    """The person does something."""
    return providers.http.post(f"/phones/telegram/{PERSON}/{name}", json=body)
