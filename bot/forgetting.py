"""What passed in confidence goes from the chat: the person's message at once, the bot's own with what follows it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from telegram import Bot
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.errors import wait_asked_for

# As long as the dialogue waits before it ends such a talk by itself.
SILENCE_SECONDS = 600.0
TRIES = 3
LONGEST_WAIT = 60.0


class Forgetting:
    """Which of the bot's messages are still to go, by chat; in memory alone, and no log tells of it."""

    def __init__(self, silence: float = SILENCE_SECONDS) -> None:
        """`silence`: after so many seconds the last ones go too."""
        self._silence = silence
        self._ours: dict[int, list[int]] = {}
        self._timers: dict[int, asyncio.TimerHandle] = {}
        self._under_way: set[asyncio.Task[None]] = set()

    async def after_answer(self, bot: Bot, chat_id: int, erase: bool, theirs: int | None, ours: Sequence[int]) -> None:
        """Delete what the bot had said before, and, where the answer says so, the message just taken; what the bot has
        said to it (the ids `ours`) goes next time."""
        if timer := self._timers.pop(chat_id, None):
            timer.cancel()
        going = self._ours.pop(chat_id, [])
        if erase:
            going += [theirs] if theirs is not None else []
            self._ours[chat_id] = list(ours)
            self._timers[chat_id] = asyncio.get_running_loop().call_later(
                self._silence, self._after_silence, bot, chat_id
            )
        await _delete(bot, chat_id, going)

    def _after_silence(self, bot: Bot, chat_id: int) -> None:
        self._timers.pop(chat_id, None)
        task = asyncio.get_running_loop().create_task(_delete(bot, chat_id, self._ours.pop(chat_id, [])))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)


async def _delete(bot: Bot, chat_id: int, message_ids: Sequence[int]) -> None:
    """Delete what may be deleted: Telegram lets a bot do so for 48 hours."""
    if not message_ids:
        return
    for attempt in range(TRIES):
        wait = float(attempt)
        try:
            await bot.delete_messages(chat_id, message_ids)
        except RetryAfter as error:
            wait = wait_asked_for(error).total_seconds()
        except (BadRequest, Forbidden):  # gone already, or too old
            return
        except NetworkError:
            pass
        except TelegramError:
            return
        else:
            return
        if wait > LONGEST_WAIT or attempt == TRIES - 1:
            return
        await asyncio.sleep(wait)
