"""core/delivery/rates: one rate for all workers, by the machine's clock, and pauses that all obey."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from core.confidentiality.vault import Vault
from core.db import Sessions, open_engine, open_sessions, transaction
from core.delivery.loop import Loop
from core.delivery.rates import allowance, pause
from tests.core.delivery.letters import MachineTime, ScriptedSender, contact, letter
from tests.core.delivery.looping import all_of
from tests.engines import on_postgresql, on_sqlite
from tests.rows import NOON
from tests.stopped_clock import StoppedClock

Make = Callable[..., Loop]
SECOND = timedelta(seconds=1)


def sent_in(sessions: Sessions, rate: float, seconds: float, step: float) -> int:
    """How many messages may go within so many seconds by somebody who looks every `step`."""
    total, now = 0, NOON
    while now < NOON + seconds * SECOND:
        with transaction(sessions) as session:
            allowed = allowance(session, "sms", rate, now)
            if allowed.tokens >= 1:
                total += int(allowed.tokens)
                allowed.spend(int(allowed.tokens), now)
        now += step * SECOND
    return total


@pytest.mark.parametrize(
    ("rate", "step", "least", "most"),
    [(1.0, 0.3, 9, 11), (30.0, 0.02, 290, 303), (0.1, 1.0, 1, 2), (200.0, 0.05, 1900, 2020)],
)
@on_sqlite
def test_the_rate_is_kept_and_used(sessions: Sessions, rate: float, step: float, least: int, most: int) -> None:
    """Over ten seconds; and no second holds more than a tenth of a second's more."""
    assert least <= sent_in(sessions, rate, 10, step) <= most


@on_sqlite
def test_a_rest_saves_nothing_up(sessions: Sessions) -> None:
    """After an hour of silence the first look finds a tenth of a second's tokens, not an hour's."""
    sent_in(sessions, 30.0, 1, 0.1)
    with transaction(sessions) as session:
        assert allowance(session, "sms", 30.0, NOON + timedelta(hours=1)).tokens == 3


@on_sqlite
def test_a_clock_set_back_stops_nothing_for_long(sessions: Sessions) -> None:
    """As long as it was set back, and no longer."""
    with transaction(sessions) as session:
        allowance(session, "sms", 1.0, NOON).spend(1, NOON)
        assert allowance(session, "sms", 1.0, NOON - 5 * SECOND).wait == 5 * SECOND
        assert allowance(session, "sms", 1.0, NOON + SECOND).tokens == 1


def test_a_pause_holds_until_it_is_over(sessions: Sessions) -> None:
    """A shorter one does not cut a longer one short; another channel does not wait; without a rate it holds too."""
    with transaction(sessions) as session:
        pause(session, "telegram", 60 * SECOND, NOON)
        pause(session, "telegram", SECOND, NOON)
    with transaction(sessions) as session:
        for rate in (30.0, None):
            assert allowance(session, "telegram", rate, NOON + 59 * SECOND).tokens == 0
            assert allowance(session, "telegram", rate, NOON + 61 * SECOND).tokens >= 1
        assert allowance(session, "sms", 1.0, NOON).tokens == 1


@on_sqlite
def test_two_workers_share_one_rate(
    make: Make, sessions: Sessions, vault: Vault, machine: MachineTime, scheme_clock: StoppedClock
) -> None:
    """Ten seconds at one a second are ten messages, whoever sends them."""
    for n in range(30):
        letter(sessions, vault, contact(sessions, vault, f"+86138001380{n:02}"))
    senders = [ScriptedSender(), ScriptedSender()]
    loops = [make(sender, rate_of={"sms": 1.0}) for sender in senders]
    for _ in range(10):
        for loop in loops:
            all_of(loop)
        machine.move(SECOND)
    assert sum(len(sender.sent) for sender in senders) == 10


@on_postgresql
def test_two_workers_may_begin_with_a_channel_at_once(sessions: Sessions, database_url: str) -> None:
    """Both meet no bucket: one makes it, the other waits for it, and both go on."""
    tokens: list[float] = []
    together = threading.Barrier(4)

    def begin() -> None:
        engine = open_engine(database_url)
        together.wait()
        with transaction(open_sessions(engine)) as session:
            allowed = allowance(session, "sms", 1.0, NOON)
            tokens.append(allowed.tokens)
            if allowed.tokens >= 1:
                allowed.spend(1, NOON)
        engine.dispose()

    workers = [threading.Thread(target=begin) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(tokens) == [0, 0, 0, 1]
