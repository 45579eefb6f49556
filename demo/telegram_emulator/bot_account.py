"""One bot as Telegram knows it: its chats, the messages in them, its command lists and the buttons pressed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from demo.telegram_emulator.limits import Limits
from demo.telegram_emulator.refusal import bad_request, forbidden
from demo.telegram_emulator.update_feed import UpdateFeed

Json = dict[str, Any]


@dataclass
class Chat:
    """One chat: a person's own (id above 0) or a group's.

    `keyboard` is the reply keyboard shown, `toast` the last answer to a pressed button.
    """

    id: int
    title: str
    language: str = "zh"
    messages: dict[int, Json] = field(default_factory=dict)
    keyboard: list[list[Json]] | None = None
    toast: Json | None = None
    shut: str = ""  # why the bot can't write here, in Telegram's words

    def as_json(self) -> Json:
        """The chat as it stands in a message."""
        if self.id > 0:
            return {"id": self.id, "type": "private", "first_name": self.title}
        return {"id": self.id, "type": "group", "title": self.title}


class BotAccount:
    """Everything behind one token. Guard several calls that belong together with `lock`.

    A person's chat is there from the start, whether or not he ever wrote: the invented residents are linked already.
    `accepted` counts what the bot sent, by (chat id, text), and stays when a message is deleted.
    """

    def __init__(self, token: str, clock: Callable[[], datetime], shown_clock: Callable[[], datetime]) -> None:
        self.token, self.clock, self.shown_clock = token, clock, shown_clock
        self.lock = threading.RLock()
        self.feed = UpdateFeed()
        self.limits = Limits()
        self.chats: dict[int, Chat] = {}
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.open_queries: dict[str, int] = {}
        self.accepted: Counter[tuple[int, str]] = Counter()
        self.revision = 0
        self._last_message_id = 0
        self._last_query_id = 0

    @property
    def user(self) -> Json:
        """The bot itself, as getMe shows it."""
        return {
            "id": int(self.token.partition(":")[0]),
            "is_bot": True,
            "first_name": "奖扶热线",
            "username": "jiangfu_demo_bot",
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    def chat(self, chat_id: int, title: str = "") -> Chat:
        """The chat of that id; a person's is made on first use. Raises Refusal (400) for an unknown group."""
        with self.lock:
            if chat_id not in self.chats:
                if chat_id <= 0 and not title:
                    raise bad_request("chat not found")
                self.chats[chat_id] = Chat(chat_id, title or f"用户{chat_id}")
            return self.chats[chat_id]

    def writable(self, chat_id: int) -> Chat:
        """The chat, where the bot may write. Raises Refusal (403) where it may not."""
        chat = self.chat(chat_id)
        if chat.shut:
            raise forbidden(chat.shut)
        return chat

    def add_message(self, chat: Chat, sender: Json, content: Json) -> Json:
        """A new message in `chat`, with the next id; the whole message is returned."""
        with self.lock:
            self._last_message_id += 1
            message = {
                "message_id": self._last_message_id,
                "date": int(self.clock().timestamp()),
                "chat": chat.as_json(),
                "from": sender,
                "_shown_at": self.shown_clock().isoformat(),
                **content,
            }
            chat.messages[self._last_message_id] = message
            self.revision += 1
            return message

    def touch(self) -> None:
        """Notes that something changed that a person would see."""
        with self.lock:
            self.revision += 1

    def new_query(self, chat_id: int) -> str:
        """The id of a button press that waits for its answer."""
        with self.lock:
            self._last_query_id += 1
            query = str(4_000_000_000 + self._last_query_id)
            self.open_queries[query] = chat_id
            return query

    def counts(self) -> list[Json]:
        """How often each text was accepted for each chat."""
        with self.lock:
            return [{"to": str(chat), "text": text, "count": n} for (chat, text), n in self.accepted.items()]

    def clear(self) -> None:
        """Forgets chats, updates and counts; ids go on growing."""
        with self.lock:
            self.chats.clear()
            self.open_queries.clear()
            self.accepted.clear()
            self.feed.clear()
            self.revision += 1


def public(message: Json) -> Json:
    """A message as the API shows it: without what the emulator notes for itself."""
    return {name: value for name, value in message.items() if not name.startswith("_")}
