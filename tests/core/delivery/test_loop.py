"""core/delivery/loop: claim, send with nothing locked, settle; it goes on, beats, and stops when told."""

from __future__ import annotations

import threading
from datetime import timedelta

from sqlalchemy import select, text

from core.confidentiality.vault import Vault
from core.db import Sessions, open_engine, open_sessions, transaction
from core.delivery.loop import BEAT_EVERY
from core.delivery.outbox import State
from core.delivery.sender import Outgoing, Stopped, Throttled, Unreachable
from core.heartbeat import Heartbeat, beat
from tests.core.delivery.letters import (
    CHAT,
    MUTE,
    OTHER,
    PHONE,
    MachineTime,
    ScriptedSender,
    contact,
    letter,
    reminder,
    row,
    rows,
)
from tests.core.delivery.looping import Make, all_of
from tests.engines import on_postgresql, on_sqlite
from tests.lines import Lock, eventually, impatient
from tests.rows import NOON


def test_what_waits_is_sent_oldest_first(make: Make, sessions: Sessions, vault: Vault) -> None:
    """Each once, with its text rendered at that moment; then there is nothing to do."""
    whom = contact(sessions, vault)
    ids = [letter(sessions, vault, whom, said) for said in ("一", "二")]
    ids.append(reminder(sessions, vault, whom, words="三"))
    sender = ScriptedSender()
    all_of(make(sender))
    assert [(m.row_id, m.address) for m in sender.sent] == [(row_id, PHONE) for row_id in ids]
    assert [m.text for m in sender.sent[:2]] == ["一", "二"]
    assert sender.sent[2].text == f"三（验{row(sessions, ids[2]).code}）"
    assert [(r.state, r.provider_ref) for r in rows(sessions)] == [(State.SENT, f"ref-{row_id}") for row_id in ids]


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

    all_of(make(ScriptedSender(script=[write_meanwhile])))
    assert states == [State.SENDING]
    assert row(sessions, row_id).state is State.SENT


def test_several_are_under_way_at_once(make: Make, sessions: Sessions, vault: Vault) -> None:
    """Eight threads send eight messages together: none goes on before all have come."""
    for number in range(8):
        letter(sessions, vault, contact(sessions, vault, f"+861380013800{number}"))
    together = threading.Barrier(8, timeout=30)
    sender = ScriptedSender(script=[lambda _message: together.wait()] * 8)
    all_of(make(sender, at_once=8))
    assert sorted(m.row_id for m in sender.sent) == [r.id for r in rows(sessions)]
    assert {r.state for r in rows(sessions)} == {State.SENT}


def test_a_channel_that_hangs_does_not_hold_up_the_other(make: Make, sessions: Sessions, vault: Vault) -> None:
    """While Telegram does not answer, SMS go out and are settled."""
    chat = letter(sessions, vault, contact(sessions, vault, CHAT, "telegram"))
    sms = [letter(sessions, vault, contact(sessions, vault, f"+861380013800{n}")) for n in range(3)]
    answered = threading.Event()
    telegram = ScriptedSender("telegram", MUTE, script=[lambda _message: answered.wait(30)])
    loop, stop = make(ScriptedSender(), telegram, at_once=2), threading.Event()
    worker = threading.Thread(target=loop.run, args=(stop, 0.5))
    worker.start()
    eventually(lambda: all(row(sessions, row_id).state is State.SENT for row_id in sms))
    assert row(sessions, chat).state is State.SENDING
    answered.set()
    stop.set()
    worker.join()
    assert row(sessions, chat).state is State.SENT


def test_a_try_that_fails_is_made_again(make: Make, sessions: Sessions, vault: Vault, machine: MachineTime) -> None:
    """After the wait, not before; a wait that the provider asks for is the whole channel's, whoever sends over it."""
    late = letter(sessions, vault, contact(sessions, vault))
    other = letter(sessions, vault, contact(sessions, vault, OTHER))
    sender, another = ScriptedSender(script=[Throttled("429", timedelta(seconds=30))]), ScriptedSender()
    loop = make(sender)
    all_of(loop)
    all_of(make(another))
    assert (sender.sent, another.sent) == ([], [])
    machine.move(timedelta(seconds=29))
    all_of(loop)
    assert sender.sent == []
    machine.move(timedelta(seconds=1))
    all_of(loop)
    assert {message.row_id for message in sender.sent} == {late, other}


def test_a_stopped_contact_hears_no_more(make: Make, sessions: Sessions, vault: Vault) -> None:
    """The second message to it is not even tried."""
    whom = contact(sessions, vault)
    for _ in range(2):
        letter(sessions, vault, whom)
    sender = ScriptedSender(script=[Stopped("21610")])
    all_of(make(sender))
    assert sender.sent == []
    assert [(r.state, r.error) for r in rows(sessions)] == [(State.FAILED, "21610")] * 2


@on_sqlite
def test_it_stops_when_told(make: Make, sessions: Sessions, vault: Vault) -> None:
    """What is under way is settled; the rest is left to the next one."""
    stop = threading.Event()
    whom = contact(sessions, vault)
    for _ in range(2):
        letter(sessions, vault, whom)
    make(ScriptedSender(script=[lambda _message: stop.set()])).run(stop)
    assert [r.state for r in rows(sessions)] == [State.SENT, State.QUEUED]


@on_sqlite
def test_what_is_under_way_when_it_is_told_to_stop_is_settled(make: Make, sessions: Sessions, vault: Vault) -> None:
    """Also where the database is away for a moment just then."""
    stop, answered = threading.Event(), threading.Event()
    row_id = letter(sessions, vault, contact(sessions, vault))
    began = threading.Event()

    def slow(_message: Outgoing) -> None:
        began.set()
        answered.wait(30)

    worker = threading.Thread(target=make(ScriptedSender(script=[slow]), at_once=2).run, args=(stop, 0.01))
    worker.start()
    assert began.wait(30)
    stop.set()
    with Lock(str(sessions.kw["bind"].url)):
        answered.set()
        worker.join(0.3)
        assert worker.is_alive()
    worker.join(30)
    assert row(sessions, row_id).state is State.SENT


def test_it_says_that_it_lives(make: Make, sessions: Sessions, machine: MachineTime) -> None:
    """Every few seconds, by the machine's clock, also where nothing waits."""
    loop = make(ScriptedSender(script=[Unreachable("x")]))
    for _ in range(2):
        loop.step()
        machine.move(BEAT_EVERY)
    with transaction(sessions) as session:
        [(part, at)] = session.execute(select(Heartbeat.part, Heartbeat.beat_at))
    assert (part, at) == ("sender", NOON + BEAT_EVERY)


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
