"""core/delivery/loop: whatever breaks, a text, a sender or the database, the next message still goes."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import OutboxRow, State
from core.delivery.sender import Outgoing, Stopped
from core.errors import Unavailable
from tests.core.delivery.letters import (
    LEASE,
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
from tests.engines import on_sqlite
from tests.lines import Lock, eventually


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
