"""The bot deletes what was told in confidence from the chat: the person's messages at once, its own with the next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from unittest.mock import AsyncMock, patch

import pytest
from structlog.testing import capture_logs
from telegram.error import BadRequest, NetworkError, RetryAfter

from bot.errors import tell_waits_as_timedelta
from bot.forgetting import Forgetting
from core.db import transaction
from core.line import Line
from tests.bot.conftest import PERSON, Telegram
from tests.engines import on_sqlite
from tests.inspectors import hardener, settle_inspectors
from tests.lines import eventually

CHAT = 7


def entries(telegram: Telegram) -> list[str]:
    """All that stands in the chat."""
    return [entry["text"] for entry in telegram.state.people.screen(PERSON)["entries"]]  # type: ignore[index,union-attr]


@pytest.fixture
def inspectors(line: Line, tmp_path: Any) -> None:
    """The channel is open."""
    with transaction(line.sessions) as session:
        settle_inspectors(session, line.vault, tmp_path)
    line.__dict__["hardener"] = hardener()


@on_sqlite
def test_the_chat_holds_the_last_answer_alone(telegram: Telegram, inspectors: None, bot: Any) -> None:
    """From the opening word on: what the person wrote is gone, and so is all that the bot had said before."""
    telegram.says("菜单")
    eventually(lambda: len(entries(telegram)) == 3)
    before = entries(telegram)
    for said, last in (("/report", "不问姓名"), ("1", "事情在哪里"), ("名T1V1", "和哪级"), ("12", "请说。")):
        telegram.says(said)
        eventually(lambda last=last: len(now := entries(telegram)) == 4 and last in now[-1], last)
        assert entries(telegram)[:3] == before
    telegram.says("三组的老周")
    eventually(lambda: entries(telegram) == before)
    telegram.says("2")
    eventually(lambda: entries(telegram) == before)


class Chat:
    """A bot whose deletions are noted, and go wrong as often as the test says."""

    def __init__(self, *errors: Exception) -> None:
        self.delete_messages = AsyncMock(side_effect=[*errors, *[True] * 9])

    @property
    def deleted(self) -> list[list[int]]:
        """What was asked for."""
        return [list(call.args[1]) for call in self.delete_messages.await_args_list]


def after(forgetting: Forgetting, bot: Chat, *answers: tuple[bool, int | None, list[int]]) -> None:
    """Some answers one after another."""

    async def run() -> None:
        for erase, theirs, ours in answers:
            await forgetting.after_answer(bot, CHAT, erase, theirs, ours)  # type: ignore[arg-type]

    asyncio.run(run())


def test_what_goes_when() -> None:
    """The person's at once, the bot's with the next; a pressed button is nobody's message; others stay."""
    bot = Chat()
    after(Forgetting(), bot, (False, 1, [2]), (True, 3, [4, 5]), (True, None, [6]), (True, 7, []), (False, 8, [9]))
    assert bot.deleted == [[3], [4, 5], [6, 7]]


@pytest.mark.parametrize(
    ("errors", "tries"),
    [
        (lambda: [NetworkError("x"), RetryAfter(0)], 3),
        (lambda: [BadRequest("gone")], 1),
        (lambda: [NetworkError("x")] * 9, 3),
        (lambda: [RetryAfter(3600)], 1),
    ],
)
def test_refusals(errors: Callable[[], list[Exception]], tries: int) -> None:
    """A network that fails is tried again, what is gone or too old is not; no log tells of it either way."""
    tell_waits_as_timedelta()
    bot = Chat(*errors())
    with capture_logs() as logs, patch("asyncio.sleep", AsyncMock()):
        after(Forgetting(), bot, (True, 1, []))
    assert len(bot.deleted) == tries
    assert logs == []


def test_after_a_silence_the_last_answer_goes_too() -> None:
    """Who never writes again leaves nothing on the screen."""
    bot = Chat()

    async def run() -> None:
        await Forgetting(silence=0.0).after_answer(bot, CHAT, True, 1, [2])  # type: ignore[arg-type]
        for _ in range(5):
            await asyncio.sleep(0)

    asyncio.run(run())
    assert bot.deleted == [[1], [2]]
