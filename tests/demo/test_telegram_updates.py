"""How updates reach the bot, and Telegram's bad days: driven by python-telegram-bot's Bot over HTTP."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from telegram import Bot
from telegram.error import Conflict, Forbidden, NetworkError, RetryAfter, TimedOut

from demo.providers import DEMO_BOT_TOKEN
from demo.telegram_emulator.update_feed import UpdateFeed
from tests.demo.conftest import Providers
from tests.demo.telegram_talk import PERSON, act, with_bot


def _wait_for_a_poll(feed: UpdateFeed) -> None:
    with feed._changed:
        assert feed._changed.wait_for(lambda: feed._waiting, timeout=10)


def test_only_one_poll_at_a_time(providers: Providers) -> None:
    """A second poll ends the first with 409, and no poll runs beside a webhook."""

    async def talk(bot: Bot) -> None:
        older = asyncio.create_task(bot.get_updates(timeout=30))
        await asyncio.to_thread(_wait_for_a_poll, providers.state.bot.feed)
        async with Bot(DEMO_BOT_TOKEN, base_url=f"{providers.url}/telegram/bot") as second:
            newer = asyncio.create_task(second.get_updates(timeout=30))
            with pytest.raises(Conflict, match=r"(?i)terminated by other getUpdates request"):
                await older
            act(providers, "text", text="2")
            assert [u.message.text for u in await newer] == ["2"]
        await bot.set_webhook("http://127.0.0.1:9/never")
        with pytest.raises(Conflict, match="webhook is active"):
            await bot.get_updates()
        await bot.delete_webhook()

    with_bot(providers, talk)


def test_updates_wait_until_they_are_confirmed(providers: Providers) -> None:
    """What was handed out but not confirmed comes again, as after a crash; the next offset confirms it."""
    for text in ("一", "二", "三"):
        act(providers, "text", text=text)

    async def talk(bot: Bot) -> None:
        first = await bot.get_updates(timeout=5)
        again = await bot.get_updates(timeout=5)
        assert [u.message.text for u in first] == [u.message.text for u in again] == ["一", "二", "三"]
        assert [u.message.text for u in await bot.get_updates(offset=first[1].update_id, limit=1)] == ["二"]
        assert [u.message.text for u in await bot.get_updates(offset=-1)] == ["三"]
        assert list(await bot.get_updates(offset=first[-1].update_id + 1, timeout=0)) == []

    with_bot(providers, talk)


FAULTS = [
    ("throttled", {"kind": "throttle", "seconds": 7}, RetryAfter, 0),
    ("an inner error", {"kind": "error"}, NetworkError, 0),
    ("a connection broken before", {"kind": "drop"}, NetworkError, 0),
    ("a connection broken after", {"kind": "lose"}, NetworkError, 1),
    ("an answer that comes too late", {"kind": "stall", "seconds": 30}, TimedOut, 1),
    ("a person who is gone", {"kind": "reject", "code": 403, "text": "Forbidden: user is deactivated"}, Forbidden, 0),
]


@pytest.mark.parametrize(("label", "fault", "error", "taken"), FAULTS, ids=[case[0] for case in FAULTS])
def test_bad_days(
    providers: Providers,
    monkeypatch: pytest.MonkeyPatch,
    label: str,
    fault: dict[str, Any],
    error: type[Exception],
    taken: int,
) -> None:
    """Each fault shows as the client's own error, and the counts tell what was taken all the same."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    providers.fault(provider="telegram", method="sendMessage", times=1, **fault)
    with pytest.raises(error) as caught:
        with_bot(providers, lambda bot: bot.send_message(PERSON, "好", read_timeout=0.5))
    assert sum(row["count"] for row in providers.http.get("/phones/accepted").json()["telegram"]) == taken, label
    if isinstance(caught.value, RetryAfter):
        assert caught.value.retry_after == timedelta(seconds=7)


def test_limits_can_be_kept_as_telegram_keeps_them(providers: Providers) -> None:
    """Once switched on, a second message to a chat within the second is answered 429, as is one too many in all."""
    providers.http.put("/phones/telegram/limits", json={"in_all": 3, "per_chat": 1})
    seconds = [0.0]
    providers.state.bot.limits._monotonic = lambda: seconds[0]
    url = f"/telegram/bot{DEMO_BOT_TOKEN}/sendMessage"

    def status(chat: int) -> int:
        return providers.http.post(url, json={"chat_id": chat, "text": "好"}).status_code

    assert [status(chat) for chat in (1, 1, 2, 3, 4)] == [200, 429, 200, 200, 429]
    seconds[0] = 1.0
    assert [status(chat) for chat in (1, 4)] == [200, 200]


def test_a_control_request_that_makes_no_sense_is_refused(providers: Providers) -> None:
    """What can't be read is answered 400, and a form or plain text 415: the control API takes JSON alone."""
    for path, body in (
        (f"/phones/telegram/{PERSON}/text", {}),
        (f"/phones/telegram/{PERSON}/press", {"message_id": None, "data": "x"}),
        ("/phones/faults", {"provider": "telegram", "kind": "explode"}),
        ("/phones/faults", {"provider": "telegram", "kind": "drop", "colour": "red"}),
    ):
        assert providers.http.post(path, json=body).status_code == 400, path
    assert providers.http.post("/phones/reset", content=b"{}").status_code == 415
