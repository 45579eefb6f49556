"""A sender process in one thread, over senders that do as they are told, with both clocks standing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from core.confidentiality.vault import Vault
from core.db import Sessions
from core.delivery.loop import Loop
from core.settings import Settings
from tests.core.delivery.letters import MachineTime, ScriptedSender, words
from tests.lines import impatient
from tests.rows import NOON
from tests.stopped_clock import StoppedClock


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
