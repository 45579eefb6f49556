"""The Telegram application: every kind of update is answered once, in order, by the line, whatever Telegram does."""

from __future__ import annotations

import time
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.app import COMMANDS
from core.confidentiality.keys import FILE
from core.db import transaction
from core.delivery.inbox import InboxRow
from core.dialogue import engine as dialogue
from core.domain.contact import Contact
from core.errors import SettingsError
from core.heartbeat import Heartbeat
from core.line import Line
from tests.bot.conftest import PERSON, Telegram, running
from tests.engines import on_sqlite
from tests.lines import Lock, count, eventually

pytestmark = on_sqlite

GROUP = -1001
MENU = "回数字选："
NOT_SAVED = "没存上，请过几分钟再发一次。Not saved, try again later."


def test_the_commands_stand_in_the_menu_of_the_app(telegram: Telegram, bot: Any) -> None:
    """In Chinese, which also goes for any third language, and in English."""
    chinese, english, french = (telegram.state.people.commands(code) for code in ("zh", "en", "fr"))
    assert [entry["command"] for entry in chinese] == [entry["command"] for entry in english] == list(COMMANDS)
    assert {"command": "status", "description": "查进度"} in chinese
    assert {"command": "menu", "description": "Main menu"} in english
    assert french == chinese


def test_a_text_is_answered_with_buttons(telegram: Telegram, line: Line, bot: Any) -> None:
    """The first contact says who we are; the menu has a button for each of its places."""
    telegram.says("/start")
    introduction, menu = telegram.hears(2)
    assert introduction.startswith("这里是奖扶办")
    assert menu == MENU
    assert [data.partition(":")[2] for _, data in telegram.buttons()][:2] == ["menu.check", "menu.status"]
    assert count(line.sessions, Contact, InboxRow) == [1, 1]


@pytest.mark.parametrize(("language", "begins"), [("en", "Reward"), ("zh-hans", "这里是"), ("fr", "Reward")])
def test_the_phones_own_language_is_spoken(telegram: Telegram, bot: Any, language: str, begins: str) -> None:
    """Who has never written before is answered in the language of his phone."""
    telegram.state.people.name(PERSON, "Xiaomin", language)
    telegram.says("2")
    assert telegram.hears(2)[0].startswith(begins)


def test_a_button_is_an_answer_and_its_spinner_ends(telegram: Telegram, bot: Any) -> None:
    """Pressing a menu button opens its place."""
    telegram.says("菜单")
    telegram.hears(2)
    message, data = next(button for button in telegram.buttons() if button[1].endswith("menu.status"))
    telegram.state.people.press(PERSON, message, data)
    assert "没有登记" in telegram.hears(3)[-1]
    assert not telegram.state.bot.open_queries


@pytest.mark.parametrize(
    ("label", "data"),
    [
        ("of an earlier question", "12345:yes"),
        ("with no revision", ":yes"),
        ("with a revision that is none", "٣:yes"),
        ("with a huge revision", "9" * 60 + ":x"),
        ("with nothing but noise", "\x00\ud83d"),
        ("empty", ""),
        ("a menu place that does not exist", "0:menu.secret"),
    ],
)
def test_a_button_that_is_not_ours_now(telegram: Telegram, bot: Any, label: str, data: str) -> None:
    """Old, unknown or forged: one sentence and the menu, or the menu; never silence."""
    telegram.says("菜单")
    telegram.hears(2)
    telegram.state.people.press(PERSON, 1, data, stale=True)
    answer = telegram.hears(3)[-1]
    assert answer.startswith("这个按钮过时了") or answer == MENU
    assert telegram.buttons()


def test_an_edited_message_is_not_taken(telegram: Telegram, bot: Any) -> None:
    """The person is asked to send it anew: what was answered stays answered."""
    message = telegram.says("菜单")
    telegram.hears(2)
    telegram.state.people.edit(PERSON, message, "2")
    assert telegram.hears(3)[-1].startswith("改过的消息不算")


@pytest.mark.parametrize(
    "content",
    [
        {"sticker": {"file_id": "1", "file_unique_id": "1", "width": 1, "height": 1, "type": "regular",
                     "is_animated": False, "is_video": False}},
        {"photo": [{"file_id": "1", "file_unique_id": "1", "width": 1, "height": 1}], "caption": "我的身份证"},
        {"voice": {"file_id": "1", "file_unique_id": "1", "duration": 3}},
        {"location": {"longitude": 112.0, "latitude": 27.0}},
    ],
    ids=lambda content: next(iter(content)),
)  # fmt: skip
def test_what_is_no_text_is_answered_kindly(telegram: Telegram, bot: Any, content: dict[str, Any]) -> None:
    """A sticker, a photo, a voice: one sentence says that only text can be read."""
    telegram.state.people._say(PERSON, content)
    assert telegram.hears(2)[-1].startswith("看不了图片、语音")


def test_a_group_hears_one_sentence_and_leaves_no_trace(telegram: Telegram, line: Line, bot: Any) -> None:
    """Nobody's case is spoken of before others, and no group becomes a contact."""
    telegram.state.people.in_group(PERSON, GROUP, "东湖村", "2")
    assert telegram.hears(1, GROUP) == ["请私聊本号，群里不答，免得别人看到。"]
    telegram.says("菜单")
    telegram.hears(2)
    assert len(telegram.received(GROUP)) == 1
    assert count(line.sessions, Contact, InboxRow) == [1, 1]


def _stopped(line: Line) -> str | None:
    with transaction(line.sessions) as session:
        return session.scalars(select(Contact.stopped_reason)).one()


def test_who_blocks_the_bot_is_noted_and_let_in_again(telegram: Telegram, line: Line, bot: Any) -> None:
    """Nothing unasked goes to a chat that blocked us; when it lets us in again, it does."""
    telegram.says("菜单")
    telegram.hears(2)
    telegram.state.people.block(PERSON, blocked=True)
    eventually(lambda: _stopped(line) == "blocked")
    telegram.state.people.block(PERSON, blocked=False)
    eventually(lambda: _stopped(line) is None)
    telegram.says("2")
    assert len(telegram.hears(3)) == 3


def test_a_block_that_shows_only_when_we_answer_is_noted(telegram: Telegram, line: Line, bot: Any) -> None:
    """Telegram's 403 to an answer says the same as the update."""
    telegram.says("菜单")
    telegram.hears(2)
    telegram.fault("reject", code=403, text="Forbidden: bot was blocked by the user", times=1)
    telegram.says("2")
    eventually(lambda: _stopped(line) == "blocked")
    assert len(telegram.received()) == 2


@pytest.mark.parametrize(
    ("kind", "times", "at_least"),
    [("throttle", 1, 1.0), ("error", 1, 0.0), ("drop", 2, 1.0)],
)
def test_a_bad_moment_of_telegram_loses_no_answer(
    telegram: Telegram, bot: Any, kind: str, times: int, at_least: float
) -> None:
    """429 with its wait, 500, a broken connection: the answer comes all the same, and not before the wait is over."""
    telegram.fault(kind, times=times, seconds=1.0)
    began = time.monotonic()
    telegram.says("菜单")
    assert telegram.hears(2)[1] == MENU
    assert time.monotonic() - began >= at_least


@pytest.mark.parametrize(
    ("label", "fault", "struck"),
    [
        ("a wait longer than anybody has", {"kind": "throttle", "seconds": 3600}, 1),
        ("a text that Telegram will never take", {"kind": "reject", "code": 400, "text": "Bad Request: x"}, 1),
    ],
)
def test_an_answer_that_cannot_be_sent_is_given_up(
    telegram: Telegram, bot: Any, label: str, fault: dict[str, Any], struck: int
) -> None:
    """Without a second try that must fail, and without holding up the next message of the same person."""
    with capture_logs() as logged:
        switched = telegram.fault(**fault, times=1)
        telegram.says("菜单")
        eventually(lambda: any(entry["event"] == "answer_not_sent" for entry in logged))
    assert switched.struck == struck
    telegram.says("0")
    assert telegram.hears(1)[-1].startswith("人工")


def test_two_quick_messages_are_answered_in_order(telegram: Telegram, bot: Any) -> None:
    """Of one chat, also where the answer to the first is held up; another person does not wait for it."""
    telegram.fault("throttle", seconds=1, times=1, recipient=str(PERSON))
    for words in ("菜单", "0", "ENGLISH"):
        telegram.says(words)
    telegram.says("菜单", person=5002)
    assert telegram.hears(2, 5002)[1] == MENU
    texts = telegram.hears(4)
    assert [text[:4] for text in texts] == ["这里是奖", MENU[:4], "人工：请", "I wi"]


def test_a_button_and_a_text_are_answered_in_order(telegram: Telegram, bot: Any) -> None:
    """Also where Telegram takes its time over the button's spinner: the text does not overtake it."""
    telegram.says("菜单")
    telegram.hears(2)
    message, data = next(button for button in telegram.buttons() if button[1].endswith("menu.help"))
    telegram.fault("stall", method="answerCallbackQuery", seconds=0.5, times=1)
    telegram.state.people.press(PERSON, message, data)
    telegram.says("ENGLISH")
    third, fourth = telegram.hears(4)[2:]
    assert third.startswith("人工")
    assert "English" in fourth


def test_a_locked_database_is_told_and_passes(telegram: Telegram, line: Line, bot: Any, database_url: str) -> None:
    """Not saved, in both languages; the log says why and not who; the next message is answered."""
    eventually(lambda: count(line.sessions, Heartbeat) == [1])
    with Lock(database_url), capture_logs() as logged:
        telegram.says("2")
        assert telegram.hears(1) == [NOT_SAVED]
    told = [dict(entry) for entry in logged if entry["event"] == "not_saved"]
    assert told == [{"event": "not_saved", "reason": "OperationalError", "log_level": "error"}]
    telegram.says("菜单")
    assert telegram.hears(3)[-1] == MENU


def test_keys_that_are_gone_are_told(telegram: Telegram, line: Line, bot: Any) -> None:
    """Without keys nothing can be kept."""
    (line.settings.keys_dir / FILE).rename(line.settings.keys_dir / "away")
    telegram.says("2")
    assert telegram.hears(1) == [NOT_SAVED]


def test_a_mistake_of_ours_is_no_silence(telegram: Telegram, bot: Any) -> None:
    """The person hears that nothing was saved; the log says where it was."""

    def fail(*_: object) -> None:
        raise LookupError

    with patch.object(dialogue, "respond", fail), capture_logs() as logged:
        telegram.says("2")
        assert telegram.hears(1) == [NOT_SAVED]
    assert [entry["log_level"] for entry in logged if entry["event"] == "inbound_failed"] == ["error"]


def test_it_says_that_it_lives(line: Line, bot: Any) -> None:
    """A heartbeat, for health to look at."""
    eventually(lambda: count(line.sessions, Heartbeat) == [1])
    with transaction(line.sessions) as session:
        assert session.scalars(select(Heartbeat.part)).one() == "bot"


def test_a_bad_start_is_no_end(telegram: Telegram, line: Line) -> None:
    """Where Telegram fails while the commands are set, the bot answers all the same."""
    telegram.fault("error", method="setMyCommands")
    with capture_logs() as logged, running(line):
        telegram.says("菜单")
        assert telegram.hears(2)[1] == MENU
    assert "commands_not_set" in [entry["event"] for entry in logged]


def test_an_unknown_token_is_named(line: Line, telegram: Telegram) -> None:
    """The start stops with the variable's name."""
    from dataclasses import replace

    from pydantic import SecretStr

    from bot.app import run

    settings = line.settings.model_copy(update={"telegram_bot_token": SecretStr("7000000001:wrong")})
    with pytest.raises(SettingsError, match=r"^TELEGRAM_BOT_TOKEN: "):
        run(replace(line, settings=settings))
