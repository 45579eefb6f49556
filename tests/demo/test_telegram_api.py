"""Telegram's Bot API, driven by python-telegram-bot's Bot over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.error import BadRequest, Forbidden, InvalidToken

from demo.providers import DEMO_BOT_TOKEN
from tests.demo.conftest import Providers
from tests.demo.telegram_talk import PERSON, act, screen, with_bot

YES_NO = InlineKeyboardMarkup(
    [[InlineKeyboardButton("是", callback_data="1:y"), InlineKeyboardButton("否", callback_data="1:n")]]
)


def test_a_wrong_token_is_refused(providers: Providers) -> None:
    """Only the bot's own token opens it: the client can't even start with another."""
    with pytest.raises(InvalidToken):
        with_bot(providers, Bot.get_me, token="1:wrong")


def test_a_message_with_buttons_arrives_and_can_be_changed(providers: Providers) -> None:
    """Text and inline buttons are shown; editing changes both; an edit that changes nothing is refused."""

    async def talk(bot: Bot) -> None:
        sent = await bot.send_message(PERSON, "您今年满60岁了吗？", reply_markup=YES_NO)
        entry = screen(providers)["entries"][0]
        assert (entry["direction"], entry["text"]) == ("received", "您今年满60岁了吗？")
        assert [[b["text"] for b in row] for row in entry["buttons"]] == [["是", "否"]]
        await bot.edit_message_reply_markup(PERSON, sent.message_id, reply_markup=None)
        assert screen(providers)["entries"][0]["buttons"] == []
        await bot.edit_message_text("您满60岁了。", PERSON, sent.message_id)
        assert (screen(providers)["entries"][0]["text"], screen(providers)["entries"][0]["edited"]) == (
            "您满60岁了。",
            True,
        )
        with pytest.raises(BadRequest, match="Message is not modified"):
            await bot.edit_message_text("您满60岁了。", PERSON, sent.message_id)

    with_bot(providers, talk)


def test_html_marks_are_not_shown(providers: Providers) -> None:
    """With HTML the person sees the text, not the marks; without it he sees just what was sent."""

    async def talk(bot: Bot) -> None:
        await bot.send_message(PERSON, "<b>第&lt;7&gt;号</b>", parse_mode="HTML")
        await bot.send_message(PERSON, "<b>")

    with_bot(providers, talk)
    assert [e["text"] for e in screen(providers)["entries"]] == ["第<7>号", "<b>"]


REFUSED = [
    ("empty text", {"text": " "}, "text is empty"),
    ("over 4,096 characters", {"text": "好" * 4097}, "too long"),
    (
        "callback data over 64 bytes",
        {"text": "好", "reply_markup": InlineKeyboardMarkup([[InlineKeyboardButton("是", callback_data="好" * 22)]])},
        "(?i)button_data_invalid",
    ),
    ("a group that nobody opened", {"text": "好", "chat_id": -99}, "Chat not found"),
]


@pytest.mark.parametrize(("label", "message", "reason"), REFUSED, ids=[case[0] for case in REFUSED])
def test_what_telegram_refuses(providers: Providers, label: str, message: dict[str, Any], reason: str) -> None:
    """What Telegram would refuse is refused in its words, and counts as nothing."""
    with pytest.raises(BadRequest, match=reason):
        with_bot(providers, lambda bot: bot.send_message(**({"chat_id": PERSON} | message)))
    assert providers.state.bot.counts() == [], label


def test_messages_can_be_taken_out_of_the_chat(providers: Providers) -> None:
    """The bot deletes its own messages and the person's; what is gone can't be deleted again, but in bulk it may be."""
    written = act(providers, "text", text="反映").json()["done"]

    async def talk(bot: Bot) -> None:
        sent = [(await bot.send_message(PERSON, f"第{n}条")).message_id for n in range(3)]
        assert await bot.delete_message(PERSON, written)
        with pytest.raises(BadRequest, match="Message to delete not found"):
            await bot.delete_message(PERSON, written)
        assert await bot.delete_messages(PERSON, [sent[0], sent[1], written])

    with_bot(providers, talk)
    assert [e["text"] for e in screen(providers)["entries"]] == ["第2条"]


def test_a_pressed_button_is_answered_once(providers: Providers) -> None:
    """A press becomes a callback query, and its answer is shown; a second answer, or a button not there, is refused."""

    async def talk(bot: Bot) -> None:
        sent = await bot.send_message(PERSON, "满60了吗？", reply_markup=YES_NO)
        assert act(providers, "press", message_id=sent.message_id, data="1:x").status_code == 409
        assert act(providers, "press", message_id=sent.message_id, data="1:y").status_code == 200
        (update,) = await bot.get_updates(timeout=5)
        query = update.callback_query
        assert query is not None
        assert (query.data, query.from_user.id, query.message.message_id) == ("1:y", PERSON, sent.message_id)
        await query.answer("记下了")
        assert screen(providers)["toast"] == {"text": "记下了", "alert": False}
        with pytest.raises(BadRequest, match="Query is too old"):
            await query.answer()

    with_bot(providers, talk)


def test_a_reply_keyboard_can_ask_for_the_phone(providers: Providers) -> None:
    """A contact button is kept until it is removed; the card says whose it is."""

    async def talk(bot: Bot) -> None:
        ask = ReplyKeyboardMarkup([[KeyboardButton("发送我的手机号", request_contact=True)], ["不用了"]])
        await bot.send_message(PERSON, "您的手机号？", reply_markup=ask)
        assert [
            [(b["text"], b.get("request_contact", False)) for b in row] for row in screen(providers)["keyboard"]
        ] == [[("发送我的手机号", True)], [("不用了", False)]]
        act(providers, "contact", phone="8613800000001", of_user=PERSON)
        act(providers, "contact", phone="8613800000002", of_user=6002)
        own, other = [u.message.contact for u in await bot.get_updates(timeout=5)]
        assert (own.user_id, own.phone_number, other.user_id) == (PERSON, "8613800000001", 6002)
        await bot.send_message(PERSON, "好", reply_markup=ReplyKeyboardRemove())
        assert screen(providers)["keyboard"] is None

    with_bot(providers, talk)


def test_command_menus_have_a_language(providers: Providers) -> None:
    """The person sees the menu in his language, and the common one where there is none in it."""

    async def talk(bot: Bot) -> None:
        await bot.set_my_commands([BotCommand("menu", "菜单")])
        await bot.set_my_commands([BotCommand("menu", "Menu")], language_code="en")
        assert [c.description for c in await bot.get_my_commands(language_code="en")] == ["Menu"]
        assert list(await bot.get_my_commands(language_code="fr")) == []

    with_bot(providers, talk)
    shown = {code: providers.http.get(f"/phones/telegram/commands?language={code}").json() for code in ("zh", "en")}
    assert {code: menu[0]["description"] for code, menu in shown.items()} == {"zh": "菜单", "en": "Menu"}


def test_what_else_people_do(providers: Providers) -> None:
    """Commands, stickers, edits and group messages reach the bot as what they are, under growing update ids."""
    first = act(providers, "text", text="/start ABC123").json()["done"]
    act(providers, "sticker")
    act(providers, "edit", message_id=first, text="/menu")
    act(providers, "group", group_id=-77, title="村民群", text="大家好")

    async def talk(bot: Bot) -> None:
        updates = await bot.get_updates(timeout=5)
        assert [u.update_id for u in updates] == list(range(updates[0].update_id, updates[0].update_id + 4))
        start, sticker, edited, group = updates
        assert start.message.parse_entities() != {}
        assert sticker.message.sticker.emoji == "👍"
        assert edited.edited_message.text == "/menu"
        assert (group.message.chat.type, group.message.chat.title) == ("group", "村民群")
        assert await bot.leave_chat(-77)
        with pytest.raises(Forbidden, match="not a member"):
            await bot.send_message(-77, "好")

    with_bot(providers, talk)


def test_a_blocked_bot_is_told_so(providers: Providers) -> None:
    """After a block every message is refused in Telegram's words, until the person lets the bot in again."""
    act(providers, "block")

    async def talk(bot: Bot) -> None:
        with pytest.raises(Forbidden, match="bot was blocked by the user"):
            await bot.send_message(PERSON, "好")
        act(providers, "unblock")
        await bot.send_message(PERSON, "好")
        statuses = [u.my_chat_member.new_chat_member.status for u in await bot.get_updates(timeout=5)]
        assert statuses == ["kicked", "member"]

    with_bot(providers, talk)


def test_parameters_come_in_any_body(providers: Providers) -> None:
    """GET, form, JSON and multipart say the same."""
    url = f"/telegram/bot{DEMO_BOT_TOKEN}/sendMessage"
    fields = {"chat_id": str(PERSON), "text": "好"}
    for request in (
        {"method": "GET", "params": fields},
        {"method": "POST", "data": fields},
        {"method": "POST", "json": {"chat_id": PERSON, "text": "好"}},
        {"method": "POST", "data": fields, "files": {"spare": b"x"}},
    ):
        assert providers.http.request(url=url, **request).json()["ok"] is True
    assert providers.state.bot.counts() == [{"to": str(PERSON), "text": "好", "count": 4}]
