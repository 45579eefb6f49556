"""The Telegram sender: the true client against the emulated Bot API, with all its bad days."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
    TimedOut,
)

from bot import sender as sender_module
from bot.errors import send_error
from bot.sender import TelegramSender
from core.delivery.sender import (
    MOST_AT_ONCE,
    Failing,
    Misconfigured,
    Outgoing,
    Refused,
    SendError,
    Stopped,
    Throttled,
    Unanswered,
    Unreachable,
)
from core.errors import SettingsError
from core.settings import Settings
from demo.providers import DEMO_BOT_TOKEN
from tests.bot.conftest import PERSON, Telegram

LETTER = Outgoing(7, str(PERSON), "名单明天张榜")

Make = Callable[..., TelegramSender]


@pytest.fixture
def make(telegram: Telegram, settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Makes a sender over the emulator, or with what the test says; it waits half a second at most."""
    monkeypatch.setattr(sender_module, "TIMEOUT_SECONDS", 0.5)
    made: list[TelegramSender] = []

    def make(token: str = DEMO_BOT_TOKEN, url: str = telegram.url) -> TelegramSender:
        made.append(TelegramSender(settings(telegram_bot_token=token, telegram_api_url=f"{url}/telegram")))
        return made[-1]

    yield make
    for sender in made:
        sender.close()


def test_a_message_is_taken(make: Make, telegram: Telegram) -> None:
    """Telegram's id comes back, and the person reads the text; a second one goes over the same connection."""
    sender = make()
    references = [sender.send(LETTER), sender.send(Outgoing(8, str(PERSON), "第二条"))]
    assert telegram.received() == [LETTER.text, "第二条"]
    assert references == [str(entry["id"]) for entry in telegram.state.people.screen(PERSON)["entries"]]


@pytest.mark.parametrize(
    ("fault", "kind", "wait"),
    [
        ({"kind": "throttle", "seconds": 17}, Throttled, timedelta(seconds=17)),
        ({"kind": "error"}, Failing, None),
        ({"kind": "drop"}, Unanswered, None),
        ({"kind": "lose"}, Unanswered, None),
        ({"kind": "stall", "seconds": 30}, Unanswered, None),
        ({"kind": "reject", "code": 403, "text": "Forbidden: bot was blocked by the user"}, Stopped, None),
        ({"kind": "reject", "code": 403, "text": "Forbidden: user is deactivated"}, Stopped, None),
        ({"kind": "reject", "code": 400, "text": "Bad Request: chat not found"}, Stopped, None),
        ({"kind": "reject", "code": 400, "text": "Bad Request: message is too long"}, Refused, None),
        ({"kind": "reject", "code": 409, "text": "Conflict: x"}, Unreachable, None),
        ({"kind": "reject", "code": 502, "text": "Bad Gateway"}, Failing, None),
    ],
    ids=lambda value: str(value.get("text", value["kind"])) if isinstance(value, dict) else "",
)
def test_a_refusal_becomes_ours(
    make: Make, telegram: Telegram, fault: dict[str, object], kind: type[SendError], wait: timedelta | None
) -> None:
    """Each of Telegram's answers is one of our few errors, with the wait that was asked for and no word of the text."""
    telegram.fault(**fault)  # type: ignore[arg-type]
    with pytest.raises(SendError) as caught:
        make().send(LETTER)
    assert (type(caught.value), caught.value.wait) == (kind, wait)
    assert str(PERSON) not in f"{caught.value} {caught.value.code}"


def test_the_emulators_own_refusals(make: Make, telegram: Telegram) -> None:
    """A block by the person, a text above 4,096 characters, a token that nobody knows, and nobody there."""
    telegram.state.people.block(PERSON, blocked=True)
    with pytest.raises(Stopped):
        make().send(LETTER)
    with pytest.raises(Refused):
        make().send(Outgoing(1, "5002", "好" * 4097))
    with pytest.raises(Misconfigured):
        make(token="7000000001:wrong").send(LETTER)
    with pytest.raises(Unreachable):
        make(url="http://127.0.0.1:1").send(LETTER)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (InvalidToken(), Misconfigured),
        (Forbidden("x"), Stopped),
        (ChatMigrated(-1), Stopped),
        (BadRequest("PEER_ID_INVALID"), Stopped),
        (BadRequest("message text is empty"), Refused),
        (TimedOut(), Unanswered),
        (NetworkError("Internal Server Error"), Failing),
        (Conflict("x"), Unreachable),
        (TelegramError("something new"), Unanswered),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_the_table_of_errors(error: TelegramError, kind: type[SendError]) -> None:
    """What is not known is not final."""
    assert type(send_error(error)) is kind


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        (httpx.ConnectError("x"), Unreachable),
        (httpx.ConnectTimeout("x"), Unreachable),
        (httpx.PoolTimeout("x"), Unreachable),
        (httpx.ReadTimeout("x"), Unanswered),
        (httpx.WriteError("x"), Unanswered),
        (httpx.RemoteProtocolError("x"), Unanswered),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_what_never_left_was_never_taken(cause: Exception, kind: type[SendError]) -> None:
    """The library's own error says too little; what it came of says whether there was a connection."""
    error = TimedOut() if isinstance(cause, httpx.TimeoutException) else NetworkError("x")
    error.__cause__ = cause
    found = send_error(error)
    assert (type(found), found.in_doubt) == (kind, kind is Unanswered)


def test_many_threads_send_at_once(make: Make, telegram: Telegram) -> None:
    """Each message arrives once, with its own id; nobody is asked what it has."""
    sender = make()
    messages = [Outgoing(n, str(PERSON), f"第{n}条") for n in range(2 * MOST_AT_ONCE)]
    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        references = list(pool.map(sender.send, messages))
    assert len(set(references)) == len(messages)
    assert sorted(telegram.received()) == sorted(message.text for message in messages)
    assert sender.find(messages[0], datetime(2020, 1, 1, tzinfo=UTC)) == ()


def test_without_a_token_the_start_stops(make: Make) -> None:
    """And says which variable is missing."""
    with pytest.raises(SettingsError, match=r"^TELEGRAM_BOT_TOKEN "):
        make(token="")
