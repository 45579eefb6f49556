"""A message that may have been taken, where nobody can be asked: a decision is said once more, a reminder is left."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from core.confidentiality.vault import Vault
from core.db import Sessions
from core.delivery.outbox import MessageKind, State
from core.delivery.sender import (
    Failing,
    Outgoing,
    Refused,
    SendError,
    Unanswered,
    Unreachable,
)
from tests.core.delivery.doubting import DECISION, NOTICE, REMINDER, Say, die, killed
from tests.core.delivery.letters import (
    LEASE,
    MUTE,
    MachineTime,
    ScriptedSender,
    contact,
    letter,
    row,
)
from tests.core.delivery.looping import Make, all_of
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY


@pytest.mark.parametrize("kind", [REMINDER, NOTICE])
@pytest.mark.parametrize("way", ["killed", "no answer", "500"])
def test_where_nobody_can_be_asked_a_reminder_is_not_repeated(
    make: Make, sessions: Sessions, say: Say, machine: MachineTime, kind: MessageKind, way: str
) -> None:
    """It is unknown for good, and counts as not reached; it still counts against the day's limit."""
    row_id = say(kind, "telegram")
    if way == "killed":
        killed(make(ScriptedSender("telegram", MUTE, script=[die])))
    else:
        error = Unanswered("x") if way == "no answer" else Failing("500")
        all_of(make(ScriptedSender("telegram", MUTE, script=[error])))
    machine.move(LEASE)
    sender = ScriptedSender("telegram", MUTE)
    all_of(make(sender))
    found = row(sessions, row_id)
    assert (found.state, found.error, found.sent_at, sender.sent) == (State.UNKNOWN, "in_doubt", MID_MAY, [])


@on_sqlite
def test_a_decision_that_a_killed_worker_left_is_said_again(
    make: Make, sessions: Sessions, say: Say, machine: MachineTime
) -> None:
    """However often that happens: at least once is the promise, and each kill doubles one at the most."""
    row_id = say(DECISION, "telegram")
    for _ in range(3):
        killed(make(ScriptedSender("telegram", MUTE, script=[die])))
        machine.move(LEASE)
    sender = ScriptedSender("telegram", MUTE)
    all_of(make(sender))
    assert (row(sessions, row_id).state, len(sender.sent)) == (State.SENT, 1)


@on_sqlite
@pytest.mark.parametrize(
    ("label", "errors", "tries", "state"),
    [
        ("once without an answer", [Unanswered("x")], 2, State.SENT),
        ("twice without an answer", [Unanswered("x"), Unanswered("x")], 2, State.UNKNOWN),
        ("500 as often as may be", [Failing("500")] * 4, 5, State.SENT),
        ("no answer, then 500", [Unanswered("x"), Failing("500")], 3, State.SENT),
        ("no answer, then not reachable", [Unanswered("x"), Unreachable("x")], 3, State.SENT),
        ("no answer, then refused", [Unanswered("x"), Refused("x")], 2, State.UNKNOWN),
    ],
)
def test_a_decision_without_an_answer_is_said_once_more(
    make: Make,
    sessions: Sessions,
    say: Say,
    machine: MachineTime,
    label: str,
    errors: list[SendError],
    tries: int,
    state: State,
) -> None:
    """Where nobody can be asked: once, and then it is unknown."""
    row_id = say(DECISION, "telegram")
    sender = ScriptedSender("telegram", MUTE, script=list(errors))
    loop = make(sender)
    for _ in range(8):
        all_of(loop)
        machine.move(timedelta(hours=1))
    assert (row(sessions, row_id).state, row(sessions, row_id).attempts) == (state, tries)


@on_sqlite
def test_where_nobody_can_be_asked_one_decision_is_under_way(
    make: Make, engine: Engine, sessions: Sessions, vault: Vault
) -> None:
    """A worker that is killed then doubles one; reminders go beside it meanwhile."""
    for n in range(6):
        whom = contact(sessions, vault, f"500{n}", "telegram")
        letter(sessions, vault, whom, kind=DECISION if n < 3 else REMINDER, event="e")
    most: list[int] = []

    def look(_message: Outgoing) -> None:
        # By a connection of its own: the loop hardly lets go of the one that its process has.
        with closing(sqlite3.connect(str(engine.url.database))) as other:
            query = "SELECT count(*) FROM outbox WHERE state = 'sending' AND kind = 'decision'"
            most.append(other.execute(query).fetchone()[0])

    sender = ScriptedSender("telegram", MUTE, script=[look] * 6)
    loop = make(sender, at_once=4)
    all_of(loop)
    assert max(most) == 1
    assert len(sender.sent) == 6
