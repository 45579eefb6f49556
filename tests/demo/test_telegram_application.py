"""A whole python-telegram-bot Application against the emulator: polling, and its own webhook server."""

from __future__ import annotations

import asyncio

from flask import Flask, Response, request
from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from demo.loopback import LoopbackServer
from demo.providers import DEMO_BOT_TOKEN
from tests.demo.conftest import Providers

PERSON = 5001


def received(providers: Providers) -> list[str]:
    """What the bot has sent to the person."""
    entries = providers.http.get(f"/phones/telegram/{PERSON}").json()["entries"]
    return [e["text"] for e in entries if e["direction"] == "received"]


def test_an_application_polls_and_answers(providers: Providers) -> None:
    """start_polling runs unchanged: each text is answered once, in order."""

    async def run() -> None:
        answered: asyncio.Queue[str] = asyncio.Queue()

        async def echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
            await update.message.reply_text(f"收到：{update.message.text}")
            await answered.put(update.message.text)

        app = Application.builder().token(DEMO_BOT_TOKEN).base_url(f"{providers.url}/telegram/bot").build()
        app.add_handler(MessageHandler(filters.TEXT, echo))
        async with app:
            await app.updater.start_polling(timeout=1)
            await app.start()
            for text in ("1", "2"):
                providers.http.post(f"/phones/telegram/{PERSON}/text", json={"text": text})
            async with asyncio.timeout(10):
                assert [await answered.get(), await answered.get()] == ["1", "2"]
            await app.updater.stop()
            await app.stop()

    asyncio.run(run())
    assert received(providers) == ["收到：1", "收到：2"]


def test_a_webhook_is_posted_to_until_it_says_yes(providers: Providers) -> None:
    """Updates come one by one with the secret; one that the bot refuses comes again, the same, before the next."""
    seen: list[tuple[str, str]] = []
    app = Flask("bot")

    @app.post("/telegram/webhook")
    def webhook() -> Response:
        secret = request.headers["X-Telegram-Bot-Api-Secret-Token"]
        text = request.get_json()["message"]["text"]
        seen.append((secret, text))
        return Response(status=500 if len(seen) == 1 else 200)

    with LoopbackServer(app) as bot:
        call = f"/telegram/bot{DEMO_BOT_TOKEN}"
        hook = {"url": f"{bot.url}/telegram/webhook", "secret_token": "geheim"}
        assert providers.http.post(f"{call}/setWebhook", json=hook).json()["result"] is True
        for text in ("1", "2"):
            providers.http.post(f"/phones/telegram/{PERSON}/text", json={"text": text})
        info = providers.http.get(f"{call}/getWebhookInfo").json()["result"]
        while info["pending_update_count"]:
            info = providers.http.get(f"{call}/getWebhookInfo").json()["result"]
        providers.http.post(f"{call}/deleteWebhook")
    assert seen == [("geheim", "1"), ("geheim", "1"), ("geheim", "2")]
    assert info["last_error_message"] == "HTTPStatusError"
