"""The outbox over the phone's gateway: one accepted message a row, whatever day the gateway has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.loop import Loop
from core.delivery.outbox import OutboxRow, State
from core.line import Line
from sms.gateways.android import sender as sender_module
from sms.gateways.android.sender import AndroidSender
from tests.core.delivery.letters import MachineTime, contact, letter, rows, words
from tests.engines import on_sqlite
from tests.rows import NOON
from tests.sms.gateways.android.conftest import Gate

PEOPLE = 12
MOST_ROUNDS = 60
pytestmark = on_sqlite


@pytest.fixture
def machine() -> MachineTime:
    """The machine's clock, standing until the test moves it."""
    return MachineTime(NOON)


@pytest.fixture
def loop(
    line: Line, sessions: Sessions, vault: Vault, machine: MachineTime, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Loop]:
    """The sender process in the test's own thread, over the true sender."""
    monkeypatch.setattr(sender_module, "TIMEOUT_SECONDS", 0.2)
    sender = AndroidSender(line.settings)
    yield Loop(sessions, vault, line.clock, line.settings, [sender], words(vault), at_once=0, machine_clock=machine)
    sender.close()


@pytest.fixture
def letters(sessions: Sessions, vault: Vault) -> list[str]:
    """What waits: a message each to so many people."""
    texts = [f"第{number}封" for number in range(PEOPLE)]
    for number, text in enumerate(texts):
        letter(sessions, vault, contact(sessions, vault, f"+86138001380{number:02}"), text)
    return texts


def send_all(loop: Loop, sessions: Sessions, machine: MachineTime) -> None:
    """Round after round, each when all waits are over, until all is sent."""
    for _ in range(MOST_ROUNDS):
        while loop.step():
            pass
        if {row.state for row in rows(sessions)} == {State.SENT}:
            return
        machine.move(timedelta(hours=1))
    raise AssertionError([row.state for row in rows(sessions)])


@pytest.mark.parametrize("kinds", [["lose"], ["error"], ["throttle"], ["drop"], ["lose", "error", "throttle", "drop"]])
def test_one_accepted_message_a_row(
    loop: Loop, sessions: Sessions, machine: MachineTime, gate: Gate, letters: list[str], kinds: list[str]
) -> None:
    """Though every request may be refused, broken off, or done and its answer lost."""
    for seed, kind in enumerate(kinds):
        gate.fault(kind, probability=0.4, seed=seed, times=10)
    send_all(loop, sessions, machine)
    assert sorted(gate.accepted()) == sorted(letters)
    assert {row.provider_ref for row in rows(sessions)} == {message.id for message in gate.phone.messages.all()}


def test_a_database_from_a_backup_doubles_nothing(
    loop: Loop, sessions: Sessions, machine: MachineTime, gate: Gate, letters: list[str]
) -> None:
    """Rows that went out after the backup was made go under the same ids again: the gateway has them."""
    send_all(loop, sessions, machine)
    with transaction(sessions) as session:
        values = {"state": State.QUEUED, "provider_ref": None, "sent_at": None, "attempts": 0, "code": None}
        session.execute(update(OutboxRow).values(**values))
    send_all(loop, sessions, machine)
    assert sorted(gate.accepted()) == sorted(letters)
    assert gate.repeats() == PEOPLE
