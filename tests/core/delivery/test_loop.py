"""core/delivery/loop: claim, send with nothing locked, settle; whatever breaks, the next message still goes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from structlog.testing import capture_logs

from core.confidentiality.vault import Vault
from core.db import Sessions, open_engine, open_sessions, transaction
from core.delivery import loop as loop_module
from core.delivery.loop import Loop
from core.delivery.outbox import LEASE, State
from core.delivery.sender import Outgoing, Stopped, Throttled, Unreachable
from core.heartbeat import Heartbeat, beat
from tests.core.delivery.letters import OTHER, PHONE, MachineTime, ScriptedSender, contact, letter, row, words
from tests.engines import on_postgresql, on_sqlite
from tests.lines import Lock, eventually, impatient
from tests.rows import NOON
from tests.stopped_clock import StoppedClock

Make = Callable[..., Loop]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> MachineTime:
    """The machine's clock, standing until the test moves it."""
    stopped = MachineTime(NOON)
    monkeypatch.setattr(loop_module, "machine_now", stopped)
    return stopped


@pytest.fixture
def make(engine: Engine, sessions: Sessions, vault: Vault, scheme_clock: StoppedClock, machine: MachineTime) -> Make:
    """Makes a loop over a sender; a lock is not waited for long."""
    if engine.dialect.name == "sqlite":
        impatient(engine)

    def make(sender: ScriptedSender, render: Any = words) -> Loop:
        return Loop(sessions, vault, scheme_clock, [sender], render)

    return make


def test_what_waits_is_sent_oldest_first(make: Make, sessions: Sessions, vault: Vault) -> None:
    """Each once, with its text rendered at that moment; then there is nothing to do."""
    whom = contact(sessions, vault)
    rows = [letter(sessions, vault, whom, said) for said in ("一", "二")]
    sender = ScriptedSender()
    loop = make(sender)
    assert [loop.step() for _ in range(3)] == [True, True, False]
    assert [(m.row_id, m.address, m.text) for m in sender.sent] == [(rows[0], PHONE, "一"), (rows[1], PHONE, "二")]
    assert [(row(sessions, r).state, row(sessions, r).provider_ref) for r in rows] == [
        (State.SENT, f"ref-{r}") for r in rows
    ]


def test_the_provider_is_called_with_nothing_locked(
    make: Make, sessions: Sessions, vault: Vault, database_url: str
) -> None:
    """While a message is sent anybody else can write, on SQLite too; and the claim is already safe."""
    row_id = letter(sessions, vault, contact(sessions, vault))
    states: list[str] = []

    def write_meanwhile(_message: Outgoing) -> None:
        engine = open_engine(database_url)
        if engine.dialect.name == "sqlite":
            impatient(engine)
        with transaction(open_sessions(engine)) as session:
            states.append(session.execute(text("SELECT state FROM outbox")).scalar_one())
            beat(session, "bot", NOON)
            session.execute(text("UPDATE contacts SET language = 'en'"))
        engine.dispose()

    assert make(ScriptedSender(script=[write_meanwhile])).step()
    assert states == [State.SENDING]
    assert row(sessions, row_id).state is State.SENT


def test_a_try_that_fails_is_made_again(make: Make, sessions: Sessions, vault: Vault, machine: MachineTime) -> None:
    """After the wait, not before; meanwhile the others go."""
    late = letter(sessions, vault, contact(sessions, vault))
    other = letter(sessions, vault, contact(sessions, vault, OTHER))
    sender = ScriptedSender(script=[Throttled("429", timedelta(seconds=30))])
    loop = make(sender)
    assert [loop.step() for _ in range(3)] == [True, True, False]
    assert [message.row_id for message in sender.sent] == [other]
    machine.move(timedelta(seconds=29))
    assert not loop.step()
    machine.move(timedelta(seconds=1))
    assert loop.step()
    assert row(sessions, late).state is State.SENT


def test_a_stopped_contact_hears_no_more(make: Make, sessions: Sessions, vault: Vault) -> None:
    """The second message to it is not even tried."""
    whom = contact(sessions, vault)
    first, second = letter(sessions, vault, whom), letter(sessions, vault, whom)
    sender = ScriptedSender(script=[Stopped("21610")])
    loop = make(sender)
    assert [loop.step(), loop.step()] == [True, False]
    assert sender.sent == []
    assert [row(sessions, r).state for r in (first, second)] == [State.FAILED, State.QUEUED]


def _break(_claimed: object) -> str:
    raise KeyError(PHONE)


@on_sqlite
@pytest.mark.parametrize(
    ("label", "script", "render"),
    [("the sender's", [LookupError(PHONE)], words), ("the text's", [], _break)],
)
def test_a_mistake_of_ours_stops_no_other_message(
    make: Make, sessions: Sessions, vault: Vault, label: str, script: list[Any], render: Any
) -> None:
    """It is put back, the log says where it was and not for whom, and the loop goes on."""
    row_id = letter(sessions, vault, contact(sessions, vault))
    with capture_logs() as logged:
        assert make(ScriptedSender(script=list(script)), render).step()
    assert row(sessions, row_id).state is State.QUEUED
    assert row(sessions, row_id).error in {"LookupError", "KeyError"}
    assert [entry["row"] for entry in logged if entry["event"] == "message_broken"] == [row_id]
    assert PHONE[3:] not in str([{k: v for k, v in entry.items() if k != "exc_info"} for entry in logged])


@on_sqlite
def test_a_worker_that_dies_in_the_middle_loses_nothing(
    make: Make, sessions: Sessions, vault: Vault, machine: MachineTime
) -> None:
    """When its lease has run out another worker sends the message."""
    row_id = letter(sessions, vault, contact(sessions, vault))

    def die(_message: Outgoing) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(ScriptedSender(script=[die])).step()
    other = make(ScriptedSender())
    assert not other.step()
    machine.move(LEASE)
    assert other.step()
    assert row(sessions, row_id).state is State.SENT


@on_sqlite
def test_a_database_that_is_away_is_waited_for(make: Make, sessions: Sessions, vault: Vault, database_url: str) -> None:
    """The loop says so, waits, and goes on by itself."""
    sender, stop = ScriptedSender(), threading.Event()
    row_id = letter(sessions, vault, contact(sessions, vault))
    with capture_logs() as logged:
        with Lock(database_url):
            worker = threading.Thread(target=make(sender).run, args=(stop, 0.01))
            worker.start()
            eventually(lambda: [entry["event"] for entry in logged].count("outbox_unavailable") >= 2)
        eventually(lambda: sender.sent)
        stop.set()
        worker.join()
    assert row(sessions, row_id).state is State.SENT


@on_sqlite
def test_it_stops_when_told(make: Make, sessions: Sessions, vault: Vault) -> None:
    """After the message in hand, which is settled."""
    stop = threading.Event()
    whom = contact(sessions, vault)
    rows = [letter(sessions, vault, whom) for _ in range(2)]
    make(ScriptedSender(script=[lambda _message: stop.set()])).run(stop)
    assert [row(sessions, r).state for r in rows] == [State.SENT, State.QUEUED]


def test_it_says_that_it_lives(make: Make, sessions: Sessions, machine: MachineTime) -> None:
    """At each step, by the machine's clock, also where nothing waits."""
    loop = make(ScriptedSender(script=[Unreachable("x")]))
    for _ in range(2):
        loop.step()
        machine.move(timedelta(minutes=1))
    with transaction(sessions) as session:
        [(part, at)] = session.execute(select(Heartbeat.part, Heartbeat.beat_at))
    assert (part, at) == ("sender", NOON + timedelta(minutes=1))


@on_postgresql
def test_two_senders_may_begin_at_once(sessions: Sessions, database_url: str) -> None:
    """The first heartbeat of both meets an empty table: neither dies of it."""
    troubles: list[Exception] = []

    def begin() -> None:
        engine = open_engine(database_url)
        try:
            with transaction(open_sessions(engine)) as session:
                beat(session, "sender", NOON)
        except Exception as error:  # noqa: BLE001 - whatever it is
            troubles.append(error)
        engine.dispose()

    with transaction(sessions) as session:
        beat(session, "sender", NOON)
        session.flush()
        other = threading.Thread(target=begin)
        other.start()
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        onlooker = open_engine(database_url)
        # Each look in a transaction of its own: within one, PostgreSQL shows the same moment again and again.
        with onlooker.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            eventually(lambda: connection.scalar(waiting))
        onlooker.dispose()
    other.join()
    assert troubles == []
