"""The sender's loop over the true client: by Telegram's own count no reminder comes twice, and no decision is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from bot import sender as sender_module
from bot.sender import TelegramSender
from core.confidentiality.vault import Vault
from core.db import Sessions
from core.delivery.loop import Loop
from core.delivery.outbox import MessageKind, State
from core.settings import Settings
from demo.providers import DEMO_BOT_TOKEN
from tests.bot.conftest import Telegram
from tests.core.delivery.letters import MachineTime, contact, letter, rows, words
from tests.core.delivery.looping import all_of
from tests.engines import on_sqlite
from tests.rows import NOON
from tests.stopped_clock import MID_MAY, StoppedClock

HOUR = timedelta(hours=1)
CHATS = range(5001, 5007)


@pytest.fixture
def sender(
    telegram: Telegram, settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> Iterator[TelegramSender]:
    """A sender over the emulator that waits half a second at most."""
    monkeypatch.setattr(sender_module, "TIMEOUT_SECONDS", 0.5)
    address = {"telegram_bot_token": DEMO_BOT_TOKEN, "telegram_api_url": f"{telegram.url}/telegram"}
    made = TelegramSender(settings(**address))
    yield made
    made.close()


@on_sqlite
@pytest.mark.parametrize("of_kind", [MessageKind.DECISION, MessageKind.REMINDER])
@pytest.mark.parametrize(
    ("fault", "reminders", "decisions"),
    [
        ("throttle", (State.SENT, 1), (State.SENT, 1)),
        ("error", (State.UNKNOWN, 0), (State.SENT, 1)),
        ("drop", (State.UNKNOWN, 0), (State.SENT, 1)),
        ("lose", (State.UNKNOWN, 1), (State.SENT, 2)),
        ("stall", (State.UNKNOWN, 1), (State.SENT, 2)),
    ],
)
def test_how_often_each_comes(
    telegram: Telegram,
    sender: TelegramSender,
    sessions: Sessions,
    vault: Vault,
    scheme_clock: StoppedClock,
    settings: Callable[..., Settings],
    of_kind: MessageKind,
    fault: str,
    reminders: tuple[State, int],
    decisions: tuple[State, int],
) -> None:
    """Two messages are struck: what may have been taken is a reminder that is left alone, or a decision said again."""
    for chat in CHATS:
        whom = contact(sessions, vault, str(chat), "telegram")
        letter(sessions, vault, whom, f"第{chat}条", kind=of_kind, event="e", expires_at=MID_MAY + 48 * HOUR)
    struck = CHATS[:2]
    for chat in struck:
        telegram.fault(fault, recipient=str(chat), times=1, seconds=30)
    machine = MachineTime(NOON)
    loop = Loop(
        sessions, vault, scheme_clock, settings(), [sender], words(vault), at_once=4, machine_clock=machine
    )  # fmt: skip
    for _ in range(4):
        all_of(loop)
        machine.move(HOUR)
    state, copies = reminders if of_kind is MessageKind.REMINDER else decisions
    assert [row.state for row in rows(sessions)] == [state] * len(struck) + [State.SENT] * (len(CHATS) - len(struck))
    assert [len(telegram.received(chat)) for chat in CHATS] == [copies] * len(struck) + [1] * (len(CHATS) - len(struck))
