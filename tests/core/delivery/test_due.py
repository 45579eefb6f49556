"""core/delivery/due: a look is bounded however many rows wait, and no channel hides another's rows for long."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, insert

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery import due
from core.delivery.due import PAGE, Look, Walk, waiting
from core.delivery.loop import Loop
from core.delivery.outbox import PRIORITIES, MessageKind, OutboxRow, State
from tests.core.delivery.letters import (
    CHAT,
    OTHER,
    MachineTime,
    ScriptedSender,
    contact,
    letter,
    reminder,
    row,
    rows,
)
from tests.core.delivery.looping import all_of
from tests.engines import on_postgresql, on_sqlite
from tests.rows import NOON
from tests.stopped_clock import MID_MAY, StoppedClock

Make = Callable[..., Loop]
MANY = 5 * PAGE


def many(sessions: Sessions, contact_id: int, **more: object) -> None:
    """Hundreds of reminders for one contact, all due at the same instant."""
    values = {
        "contact_id": contact_id,
        "kind": MessageKind.REMINDER,
        "priority": PRIORITIES[MessageKind.REMINDER],
        "text_key": "help",
        "created_at": MID_MAY,
        "not_before": MID_MAY,
        "expires_at": MID_MAY + timedelta(days=1),
        **more,
    }
    with transaction(sessions) as session:
        session.execute(insert(OutboxRow), [{**values, "event": f"many {n}"} for n in range(MANY)])


@on_sqlite
def test_a_channels_rows_are_found_behind_another_channels(
    make: Make, sessions: Sessions, vault: Vault, machine: MachineTime
) -> None:
    """A thousand messages of a channel that pauses stand before them; then come an answer and a decision, which are
    found at once, or a moment later."""
    many(sessions, contact(sessions, vault, CHAT, "telegram"))
    whom = contact(sessions, vault)
    row_id = reminder(sessions, vault, whom)
    sender = ScriptedSender()
    loop = make(sender)
    all_of(loop)
    assert [m.row_id for m in sender.sent] == [row_id]
    later = letter(sessions, vault, whom), letter(sessions, vault, whom, kind=MessageKind.DECISION, event="e")
    machine.move(timedelta(seconds=1))
    all_of(loop)
    assert [m.row_id for m in sender.sent[1:]] == list(later)


@on_sqlite
def test_what_expired_behind_a_pausing_channel_is_marked(
    make: Make, sessions: Sessions, vault: Vault, scheme_clock: StoppedClock, machine: MachineTime
) -> None:
    """Whoever walks by does it, so that it does not wait for its own channel."""
    many(sessions, contact(sessions, vault, CHAT, "telegram"))
    scheme_clock.move(timedelta(days=1))
    all_of(make(ScriptedSender()))
    assert {r.state for r in rows(sessions)} == {State.EXPIRED}


@on_sqlite
def test_a_row_that_waits_for_its_next_try_hides_nothing(make: Make, sessions: Sessions, vault: Vault) -> None:
    """Not even pages of them."""
    many(sessions, contact(sessions, vault), next_try_at=NOON + timedelta(hours=1))
    row_id = reminder(sessions, vault, contact(sessions, vault, OTHER))
    all_of(make(ScriptedSender()))
    assert row(sessions, row_id).state is State.SENT


@contextmanager
def plans(engine: Engine) -> Iterator[list[str]]:
    """How the engine goes about each SELECT of the block over the outbox."""
    found: list[str] = []

    def explain(connection, cursor, statement, parameters, context, many) -> None:  # type: ignore[no-untyped-def]
        if not many and statement.startswith("SELECT") and "FROM outbox" in statement:
            told = cursor.connection.cursor()
            told.execute(
                ("EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN ") + statement, parameters
            )
            found.append("\n".join(str(line) for line in told.fetchall()))

    event.listen(engine, "before_cursor_execute", explain)
    yield found
    event.remove(engine, "before_cursor_execute", explain)


def look_over(sessions: Sessions, walk: Walk, most: int = 16) -> list[due.Due]:
    """One look of a walk through the reminders."""
    with transaction(sessions) as session:
        return walk.rows(session, Look("sms", MID_MAY, NOON, waiting(session, MID_MAY)), most)


@pytest.mark.parametrize("channel", ["sms", "telegram"])
def test_a_look_goes_by_the_index(engine: Engine, sessions: Sessions, vault: Vault, channel: str) -> None:
    """Whether the rows on its way are its own or not: no engine reads the table to find what is due."""
    many(sessions, contact(sessions, vault, CHAT, channel))
    if engine.dialect.name == "postgresql":  # a table as small as this one it would rather read as a whole
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("SET enable_seqscan = off"))
    walk = Walk(0, 3)
    with plans(engine) as found:
        for _ in range(3):
            look_over(sessions, walk)
    assert len(found) >= 4
    for plan in found:
        assert "ix_outbox_waiting" in plan
        assert "SCAN outbox" not in plan
        assert "Seq Scan on outbox" not in plan


def test_a_walk_goes_on_where_it_stood(sessions: Sessions, vault: Vault) -> None:
    """Each look gives the next rows, in order, until it has come to the end."""
    many(sessions, contact(sessions, vault))
    walk, seen = Walk(0, 3), list[int]()
    while not walk.ended:
        seen += [row.id for row, _contact in look_over(sessions, walk, most=150)]
    assert seen == [r.id for r in rows(sessions)]


@on_postgresql
def test_what_another_worker_has_locked_is_passed_over(sessions: Sessions, vault: Vault) -> None:
    """Nobody waits: it takes the next ones."""
    many(sessions, contact(sessions, vault))
    with transaction(sessions) as session:
        look = Look("sms", MID_MAY, NOON, waiting(session, MID_MAY))
        mine = {row.id for row, _contact in Walk(0, 3).rows(session, look, 16)}
        theirs = {row.id for row, _contact in look_over(sessions, Walk(0, 3))}
    assert (len(mine), len(theirs), mine & theirs) == (16, 16, set())
