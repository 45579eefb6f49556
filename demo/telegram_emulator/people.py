"""The people's side of the chats: what they send, press and share, and what they see."""

from __future__ import annotations

from typing import Any

from demo.telegram_emulator.bot_account import BotAccount, public

Json = dict[str, Any]

BLOCKED = "bot was blocked by the user"


class NoSuchButton(LookupError):
    """The message has no such button, or there is no such message."""


class People:
    """Acts as any person (by Telegram id, above 0) towards the bot; every act becomes an update."""

    def __init__(self, bot: BotAccount) -> None:
        self._bot = bot

    def name(self, user_id: int, name: str, language: str) -> None:
        """Gives a person the name and language (`zh`, `en`) that his messages carry."""
        with self._bot.lock:
            chat = self._bot.chat(user_id)
            chat.title, chat.language = name, language
            self._bot.touch()

    def text(self, user_id: int, text: str) -> int:
        """Sends a text; a leading /command is marked as one. Returns the message id, like the acts below."""
        content: Json = {"text": text}
        if text.startswith("/"):
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}]
        return self._say(user_id, content)

    def contact(self, user_id: int, phone: str, of_user: int | None) -> int:
        """Shares a contact: his own where `of_user` is his id; someone else's card carries another id or none."""
        card: Json = {"phone_number": phone, "first_name": self._bot.chat(user_id).title}
        if of_user is not None:
            card["user_id"] = of_user
        return self._say(user_id, {"contact": card})

    def sticker(self, user_id: int, emoji: str = "👍") -> int:
        """Sends a sticker, which a text line can only answer kindly."""
        file = {"file_id": "sticker-1", "file_unique_id": "s1", "width": 512, "height": 512}
        kind = {"type": "regular", "is_animated": False, "is_video": False, "emoji": emoji}
        return self._say(user_id, {"sticker": {**file, **kind}})

    def edit(self, user_id: int, message_id: int, text: str) -> int:
        """Edits an own message."""
        with self._bot.lock:
            message = self._bot.chat(user_id).messages.get(message_id)
            if message is None:
                raise NoSuchButton("no such message")
            message.update(text=text, edit_date=int(self._bot.clock().timestamp()))
            self._bot.touch()
            self._bot.feed.put("edited_message", public(message))
        return message_id

    def in_group(self, user_id: int, group_id: int, title: str, text: str) -> int:
        """Writes in a group (id below 0) where the bot is too."""
        with self._bot.lock:
            message = self._bot.add_message(self._bot.chat(group_id, title), self._person(user_id), {"text": text})
            self._bot.feed.put("message", public(message))
        return int(message["message_id"])

    def press(self, user_id: int, message_id: int, data: str, *, stale: bool = False) -> str:
        """Presses the button with that callback data; returns the query's id.

        Raises NoSuchButton where the message has no such button now. `stale` presses it all the same, as on a screen
        that is behind the times; even the message may be gone then.
        """
        with self._bot.lock:
            chat = self._bot.chat(user_id)
            shown = chat.messages.get(message_id)
            if not stale and not _has_button(shown or {}, data):
                raise NoSuchButton("no such button")
            gone: Json = {"message_id": message_id, "date": 0, "chat": chat.as_json()}
            query: Json = {
                "id": self._bot.new_query(user_id),
                "from": self._person(user_id),
                "message": public(shown) if shown else gone,
                "chat_instance": str(user_id),
                "data": data,
            }
            chat.toast = None
            self._bot.feed.put("callback_query", query)
            return str(query["id"])

    def block(self, user_id: int, *, blocked: bool) -> None:
        """Blocks the bot, or lets it in again."""
        with self._bot.lock:
            chat = self._bot.chat(user_id)
            before = _membership(self._bot, blocked=bool(chat.shut))
            chat.shut = BLOCKED if blocked else ""
            self._bot.touch()
            change = {
                "chat": chat.as_json(),
                "from": self._person(user_id),
                "date": int(self._bot.clock().timestamp()),
                "old_chat_member": before,
                "new_chat_member": _membership(self._bot, blocked=blocked),
            }
            self._bot.feed.put("my_chat_member", change)

    def _say(self, user_id: int, content: Json) -> int:
        with self._bot.lock:
            chat = self._bot.chat(user_id)
            chat.toast = None
            message = self._bot.add_message(chat, self._person(user_id), content)
            self._bot.feed.put("message", public(message))
            return int(message["message_id"])

    def _person(self, user_id: int) -> Json:
        chat = self._bot.chat(user_id)
        return {"id": user_id, "is_bot": False, "first_name": chat.title, "language_code": chat.language}

    def screen(self, chat_id: int) -> Json:
        """What the person sees: revision, now, entries (oldest first), keyboard, toast, and whether he blocked the bot.

        `heard` says whether a bot takes the updates at all: if not, what he sends waits.
        """
        with self._bot.lock:
            chat = self._bot.chat(chat_id, "group" if chat_id < 0 else "")
            return {
                "revision": self._bot.revision,
                "now": self._bot.shown_clock().isoformat(),
                "entries": [_entry(self._bot, message) for message in chat.messages.values()],
                "keyboard": chat.keyboard,
                "toast": chat.toast,
                "blocked": bool(chat.shut),
                "heard": self._bot.feed.is_heard(),
            }

    def commands(self, language: str) -> list[Json]:
        """The command menu that a person with this language sees: the one for it, else the one for all."""
        for scope in ('{"type": "all_private_chats"}', '{"type": "default"}'):
            for code in (language, ""):
                if listed := self._bot.commands.get((scope, code)):
                    return listed
        return []


def _has_button(message: Json, data: str) -> bool:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return any(button.get("callback_data") == data for row in rows for button in row)


def _membership(bot: BotAccount, *, blocked: bool) -> Json:
    if blocked:
        return {"user": bot.user, "status": "kicked", "until_date": 0}
    return {"user": bot.user, "status": "member"}


def _entry(bot: BotAccount, message: Json) -> Json:
    kind = next((k for k in ("contact", "sticker") if k in message), "text")
    shown = {
        "contact": message.get("contact", {}).get("phone_number", ""),
        "sticker": message.get("sticker", {}).get("emoji", ""),
        "text": message.get("text", ""),
    }
    return {
        "id": message["message_id"],
        "direction": "received" if message["from"]["id"] == bot.user["id"] else "sent",
        "kind": kind,
        "text": shown[kind],
        "at": message["_shown_at"],
        "edited": "edit_date" in message,
        "buttons": message.get("reply_markup", {}).get("inline_keyboard", []),
    }
