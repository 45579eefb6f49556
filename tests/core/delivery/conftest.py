"""A sender process in one thread, over senders that do as they are told, with both clocks standing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from core.confidentiality.vault import Vault
from core.db import Sessions
from core.delivery.loop import Loop
from core.delivery.outbox import MessageKind
from core.settings import Settings
from tests.core.delivery.doubting import LONG, Say
from tests.core.delivery.letters import CHAT, MachineTime, ScriptedSender, contact, letter, words
from tests.lines import impatient
from tests.rows import NOON
from tests.stopped_clock import MID_MAY, StoppedClock


@pytest.fixture
def machine() -> MachineTime:
    """The machine's clock, standing until the test moves it."""
    return MachineTime(NOON)


@pytest.fixture
def make(
    engine: Engine,
    sessions: Sessions,
    vault: Vault,
    scheme_clock: StoppedClock,
    machine: MachineTime,
    settings: Callable[..., Settings],
) -> Callable[..., Loop]:
    """Makes a loop over senders, which sends in the test's own thread; a lock is not waited for long. What else is
    given are settings, but for those that the loop knows by itself."""
    if engine.dialect.name == "sqlite":
        impatient(engine)

    def make(*senders: ScriptedSender, **more: object) -> Loop:
        known = {name: more.pop(name) for name in ("rate_of", "at_once") if name in more}
        compose = more.pop("compose", words(vault))
        options = {"at_once": 0, "machine_clock": machine, **known}
        return Loop(sessions, vault, scheme_clock, settings(**more), senders, compose, **options)  # type: ignore[arg-type]

    return make


@pytest.fixture
def say(sessions: Sessions, vault: Vault) -> Say:
    """Plans a message of that kind; its row's id."""

    def say(kind: MessageKind, channel: str = "sms", **more: Any) -> int:
        whom = contact(sessions, vault, CHAT if channel == "telegram" else "+8613800138000", channel)
        return letter(sessions, vault, whom, kind=kind, event="e", expires_at=MID_MAY + LONG, **more)

    return say
