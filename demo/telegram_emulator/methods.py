"""The Bot API's methods that the line uses, by name: each takes the bot and its parameters and gives the result."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from demo.telegram_emulator.bot_account import BotAccount, Chat, public
from demo.telegram_emulator.markup import inline_keyboard, plain_text, reply_keyboard
from demo.telegram_emulator.refusal import bad_request

Json = dict[str, Any]
Method = Callable[[BotAccount, Json], Any]

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


def get_me(bot: BotAccount, _params: Json) -> Json:
    """Who the bot is."""
    return bot.user


def get_updates(bot: BotAccount, params: Json) -> list[Json]:
    """The waiting updates, by long polling."""
    return bot.feed.poll(
        params.get("offset", 0), params.get("limit", 100), params.get("timeout", 0), params.get("allowed_updates")
    )


def set_webhook(bot: BotAccount, params: Json) -> bool:
    """Updates are posted to a URL from now on."""
    drop = params.get("drop_pending_updates", False)
    bot.feed.set_webhook(params.get("url", ""), params.get("secret_token"), params.get("allowed_updates"), drop=drop)
    return True


def delete_webhook(bot: BotAccount, params: Json) -> bool:
    """Updates wait to be polled from now on."""
    bot.feed.set_webhook("", None, None, drop=params.get("drop_pending_updates", False))
    return True


def get_webhook_info(bot: BotAccount, _params: Json) -> Json:
    """Where updates go, and how many wait."""
    return bot.feed.webhook_info()


def send_message(bot: BotAccount, params: Json) -> Json:
    """A text to a chat, with buttons under it or a keyboard below."""
    text = plain_text(params.get("text"), params.get("parse_mode"))
    markup = inline_keyboard(params.get("reply_markup"))
    with bot.lock:
        chat = bot.writable(_required(params, "chat_id"))
        bot.limits.take(chat.id)
        chat.keyboard = reply_keyboard(params.get("reply_markup"), chat.keyboard)
        bot.accepted[chat.id, text] += 1
        return public(bot.add_message(chat, bot.user, {"text": text, **({"reply_markup": markup} if markup else {})}))


def edit_message_text(bot: BotAccount, params: Json) -> Json:
    """Another text (and other buttons) in one of the bot's messages."""
    text = plain_text(params.get("text"), params.get("parse_mode"))
    return _edit(bot, params, {"text": text})


def edit_message_reply_markup(bot: BotAccount, params: Json) -> Json:
    """Other buttons, or none, under one of the bot's messages."""
    return _edit(bot, params, {})


def _edit(bot: BotAccount, params: Json, change: Json) -> Json:
    markup = inline_keyboard(params.get("reply_markup"))
    with bot.lock:
        message = _message(bot.chat(_required(params, "chat_id")), params, "message to edit not found")
        if message["from"]["id"] != bot.user["id"]:
            raise bad_request("message can't be edited")
        if all(message.get(k) == v for k, v in change.items()) and message.get("reply_markup") == markup:
            raise bad_request(NOT_MODIFIED)
        message.pop("reply_markup", None)
        message.update(change, edit_date=int(bot.clock().timestamp()), **({"reply_markup": markup} if markup else {}))
        bot.touch()
        return public(message)


def delete_message(bot: BotAccount, params: Json) -> bool:
    """Takes one message out of a chat, the bot's or (in a private chat) the person's."""
    with bot.lock:
        chat = bot.chat(_required(params, "chat_id"))
        message = _message(chat, params, "message to delete not found")
        if chat.id < 0 and message["from"]["id"] != bot.user["id"]:
            raise bad_request("message can't be deleted")
        del chat.messages[message["message_id"]]
        bot.touch()
    return True


def delete_messages(bot: BotAccount, params: Json) -> bool:
    """Takes up to 100 messages out of a chat; those not found are passed over."""
    with bot.lock:
        chat = bot.chat(_required(params, "chat_id"))
        for message_id in params.get("message_ids", [])[:100]:
            chat.messages.pop(int(message_id), None)
        bot.touch()
    return True


def answer_callback_query(bot: BotAccount, params: Json) -> bool:
    """Ends the spinner on a pressed button, with a line of text or without; each press is answered once."""
    with bot.lock:
        chat_id = bot.open_queries.pop(str(params.get("callback_query_id")), None)
        if chat_id is None:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        text, alert = params.get("text", ""), bool(params.get("show_alert"))
        bot.chat(chat_id).toast = {"text": text, "alert": alert} if text else None
        bot.touch()
    return True


def set_my_commands(bot: BotAccount, params: Json) -> bool:
    """The menu of commands, for one scope and language."""
    with bot.lock:
        bot.commands[_command_key(params)] = params.get("commands", [])
        bot.touch()
    return True


def get_my_commands(bot: BotAccount, params: Json) -> list[Json]:
    """The menu set for exactly this scope and language."""
    return bot.commands.get(_command_key(params), [])


def delete_my_commands(bot: BotAccount, params: Json) -> bool:
    """Takes the menu of one scope and language away."""
    with bot.lock:
        bot.commands.pop(_command_key(params), None)
    return True


def send_chat_action(bot: BotAccount, params: Json) -> bool:
    """Shows that the bot is typing: only checked."""
    bot.writable(_required(params, "chat_id"))
    return True


def leave_chat(bot: BotAccount, params: Json) -> bool:
    """The bot leaves a group."""
    with bot.lock:
        bot.writable(_required(params, "chat_id")).shut = "bot is not a member of the group chat"
        bot.touch()
    return True


def accept(_bot: BotAccount, _params: Json) -> bool:
    """What is accepted without effect: names, descriptions, the menu button."""
    return True


def _command_key(params: Json) -> tuple[str, str]:
    return json.dumps(params.get("scope") or {"type": "default"}, sort_keys=True), params.get("language_code") or ""


def _required(params: Json, name: str) -> int:
    if name not in params:
        raise bad_request(f"{name.replace('_', ' ')} is empty")
    return int(params[name])


def _message(chat: Chat, params: Json, missing: str) -> Json:
    message = chat.messages.get(_required(params, "message_id"))
    if message is None:
        raise bad_request(missing)
    return message


METHODS: dict[str, Method] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "sendMessage": send_message,
    "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "answerCallbackQuery": answer_callback_query,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "sendChatAction": send_chat_action,
    "leaveChat": leave_chat,
    "setMyName": accept,
    "setMyDescription": accept,
    "setMyShortDescription": accept,
    "setChatMenuButton": accept,
    "logOut": accept,
    "close": accept,
}
