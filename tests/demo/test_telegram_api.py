"""Telegram's Bot API, driven by python-telegram-bot's Bot over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
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
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut

from demo.providers import DEMO_BOT_TOKEN
from demo.telegram_emulator.update_feed import UpdateFeed
from tests.demo.conftest import Providers

PERSON = 5001
YES_NO = InlineKeyboardMarkup(
    [[InlineKeyboardButton("是", callback_data="1:y"), InlineKeyboardButton("否", callback_data="1:n")]]
)


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
