"""core/delivery/loop: claim, send with nothing locked, settle; whatever breaks, the next message still goes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from structlog.testing import capture_logs

from core.confidentiality.vault import Vault
from core.db import Sessions, open_engine, open_sessions, transaction
from core.delivery.loop import BEAT_EVERY, Loop
from core.delivery.outbox import OutboxRow, State
from core.delivery.sender import Outgoing, Stopped, Throttled, Unreachable
from core.errors import Unavailable
from core.heartbeat import Heartbeat, beat
from tests.core.delivery.letters import (
    CHAT,
    LEASE,
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
from tests.engines import on_postgresql, on_sqlite
from tests.lines import Lock, eventually, impatient
from tests.rows import NOON

Make = Callable[..., Loop]


def all_of(loop: Loop) -> None:
    """Send until nothing waits that may go now."""
    while loop.step():
        pass


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
def test_a_text_that_breaks_stops_no_other_message(make: Make, sessions: Sessions, vault: Vault) -> None:
    """It is put back, the log says where it was and not for whom, and the loop goes on."""
    broken = letter(sessions, vault, contact(sessions, vault), "坏")
    good = letter(sessions, vault, contact(sessions, vault, OTHER))

    def compose(_session: object, row: OutboxRow, _contact: object) -> str:
        if row.id == broken:
            raise KeyError(PHONE)
        return "好"

    with capture_logs() as logged:
        all_of(make(ScriptedSender(), compose=compose))
    assert (row(sessions, broken).state, row(sessions, broken).error) == (State.QUEUED, "KeyError")
    assert row(sessions, good).state is State.SENT
    assert [entry["row"] for entry in logged if entry["event"] == "message_broken"] == [broken]
    assert PHONE[3:] not in str([{k: v for k, v in entry.items() if k != "exc_info"} for entry in logged])


def test_a_text_that_breaks_its_transaction_stops_no_other_message(
    make: Make, sessions: Sessions, vault: Vault
) -> None:
    """What composing did to the transaction of the claim is undone; the others are claimed by the next one."""
    broken = letter(sessions, vault, contact(sessions, vault), "坏")
    good = letter(sessions, vault, contact(sessions, vault, OTHER))

    def compose(session: object, row: OutboxRow, _contact: object) -> str:
        if row.id == broken:
            session.execute(text("SELECT no_such_column FROM outbox"))  # type: ignore[attr-defined]
        return "好"

    with capture_logs() as logged:
        loop = make(ScriptedSender(), compose=compose)
        loop.step()
        all_of(loop)
    assert [entry["row"] for entry in logged if entry["event"] == "message_broken"] == [broken]
    assert row(sessions, broken).state is State.QUEUED
    assert row(sessions, broken).next_try_at is not None
    assert row(sessions, good).state is State.SENT


@on_sqlite
def test_a_mistake_in_a_sender_stops_no_other_message(make: Make, sessions: Sessions, vault: Vault) -> None:
    """Whether the message was taken nobody knows then."""
    first = letter(sessions, vault, contact(sessions, vault))
    second = letter(sessions, vault, contact(sessions, vault, OTHER))
    with capture_logs() as logged:
        all_of(make(ScriptedSender(script=[LookupError(PHONE)])))
    assert (row(sessions, first).state, row(sessions, first).error) == (State.QUEUED, "in_doubt")
    assert row(sessions, second).state is State.SENT
    assert [entry["row"] for entry in logged if entry["event"] == "sender_broken"] == [first]


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
def test_what_was_sent_while_the_database_went_away_is_settled_later_and_not_sent_again(
    make: Make, sessions: Sessions, vault: Vault, database_url: str, machine: MachineTime
) -> None:
    """However long it takes: even when the lease has run out, who sent it knows that it did."""
    whom, other = contact(sessions, vault), contact(sessions, vault, OTHER)
    taken, refused = reminder(sessions, vault, whom), letter(sessions, vault, other)
    locks: list[Lock] = []

    def go_away(_message: Outgoing) -> None:
        locks.append(Lock(database_url))
        locks[0].__enter__()

    def refuse(_message: Outgoing) -> None:
        raise Stopped("21610")

    sender = ScriptedSender(script=[go_away, refuse])
    loop = make(sender, sms_rate=1)
    with transaction(sessions) as session:  # so that the refused one goes second
        session.get_one(OutboxRow, taken).priority = 0
        session.get_one(OutboxRow, refused).priority = 1
    loop.step()
    for _ in range(3):
        with pytest.raises(Unavailable):
            loop.step()
    machine.move(LEASE * 2)
    locks[0].__exit__()
    all_of(loop)
    assert [message.row_id for message in sender.sent] == [taken]
    assert [r.state for r in rows(sessions)] == [State.SENT, State.FAILED]
    assert sender.asked == []


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
