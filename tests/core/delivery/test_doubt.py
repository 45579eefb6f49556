"""A message that may have been taken: it is asked for, refused a second time by its id, said once more, or left."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.loop import Loop
from core.delivery.outbox import MessageKind, State
from core.delivery.sender import (
    Capabilities,
    Failing,
    Outgoing,
    Refused,
    SendError,
    Stopped,
    Throttled,
    Unanswered,
    Unreachable,
)
from core.domain.contact import Contact
from tests.core.delivery.letters import (
    ASKED,
    CHAT,
    LEASE,
    MUTE,
    OWN_ID,
    MachineTime,
    ScriptedSender,
    contact,
    letter,
    person,
    row,
    rows,
)
from tests.core.delivery.test_loop import all_of
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY, StoppedClock

Make = Callable[..., Loop]
Say = Callable[..., int]
LONG = timedelta(days=3)
DECISION, REMINDER, NOTICE = MessageKind.DECISION, MessageKind.REMINDER, MessageKind.NOTICE


@pytest.fixture
def say(sessions: Sessions, vault: Vault) -> Say:
    """Plans a message of that kind; its row's id."""

    def say(kind: MessageKind, channel: str = "sms", **more: Any) -> int:
        whom = contact(sessions, vault, CHAT if channel == "telegram" else "+8613800138000", channel)
        return letter(sessions, vault, whom, kind=kind, event="e", expires_at=MID_MAY + LONG, **more)

    return say


def die(_message: Outgoing) -> None:
    """The worker is killed before the provider has the message."""
    raise KeyboardInterrupt


def killed(loop: Loop) -> None:
    """The worker is killed while it sends."""
    with pytest.raises(KeyboardInterrupt):
        loop.step()


@pytest.mark.parametrize("taken", [True, False])
def test_where_it_can_be_asked_it_is_asked_first(
    make: Make, sessions: Sessions, say: Say, machine: MachineTime, taken: bool
) -> None:
    """What a dead worker was sending is looked for by address, code and time; only what is not there is sent."""
    row_id = say(REMINDER)
    killed(make(ScriptedSender(script=[die])))
    other = ScriptedSender(finds=[["SM1"] if taken else []])
    loop = make(other)
    all_of(loop)
    assert (other.asked, row(sessions, row_id).state) == ([], State.SENDING)
    began = machine.instant
    machine.move(LEASE)
    all_of(loop)
    found = row(sessions, row_id)
    assert (found.state, found.error, found.provider_ref) == (State.SENT, None, "SM1" if taken else f"ref-{row_id}")
    [(message, since)] = other.asked
    assert (message.code, message.address, since <= began) == (found.code, "+8613800138000", True)
    assert len(other.sent) == (not taken)


@on_sqlite
def test_what_belongs_to_another_message_is_not_taken_for_this_one(
    make: Make, sessions: Sessions, vault: Vault, machine: MachineTime
) -> None:
    """Two answers of the same words to the same phone: the provider names both, and one of them is known."""
    whom = contact(sessions, vault)
    first = letter(sessions, vault, whom)
    all_of(make(ScriptedSender()))
    second = letter(sessions, vault, whom)
    killed(make(ScriptedSender(script=[die])))
    machine.move(LEASE)
    sender = ScriptedSender(finds=[[f"ref-{first}"]])
    all_of(make(sender))
    assert [message.row_id for message in sender.sent] == [second]


@on_sqlite
@pytest.mark.parametrize("kind", list(MessageKind))
@pytest.mark.parametrize("error", [Unanswered("x"), Failing("500")], ids=["no answer", "500"])
def test_without_an_answer_it_is_asked_before_the_next_try(
    make: Make, sessions: Sessions, say: Say, machine: MachineTime, kind: MessageKind, error: SendError
) -> None:
    """Twice in doubt, once the provider cannot be asked, then it says that it has it: nothing was sent after."""
    row_id = say(kind)
    sender = ScriptedSender(script=[error], finds=[Unreachable("x"), Throttled("429"), ["SM7"]])
    loop = make(sender)
    all_of(loop)
    for asked in (1, 2, 3):
        assert (row(sessions, row_id).state, row(sessions, row_id).error) == (State.QUEUED, "in_doubt")
        machine.move(timedelta(minutes=2))
        all_of(loop)
        assert len(sender.asked) == asked
    assert (row(sessions, row_id).state, row(sessions, row_id).provider_ref, sender.sent) == (State.SENT, "SM7", [])


@on_sqlite
@pytest.mark.parametrize("kind", list(MessageKind))
def test_where_our_id_is_known_it_is_sent_again(
    make: Make, sessions: Sessions, say: Say, machine: MachineTime, kind: MessageKind
) -> None:
    """Under the same id, which the gateway takes once; it is asked nothing."""
    row_id = say(kind)
    ids: list[str] = []
    first = ScriptedSender(capabilities=OWN_ID, script=[lambda m: ids.append(m.own_id), Unanswered("x")])
    first.script.reverse()
    loop = make(first)
    all_of(loop)
    killed_now = ScriptedSender(capabilities=OWN_ID, script=[die])
    machine.move(LEASE)
    killed(make(killed_now))
    machine.move(LEASE)
    all_of(loop)
    assert row(sessions, row_id).state is State.SENT
    assert [m.own_id for m in first.sent] == ids
    assert first.asked == []


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


@on_sqlite
@pytest.mark.parametrize(
    ("label", "change", "state"),
    [
        ("it expires", "expire", State.UNKNOWN),
        ("its contact opts out", "opt out", State.UNKNOWN),
        ("its contact is stopped", "stop", State.UNKNOWN),
    ],
)
def test_what_is_ended_while_in_doubt_is_unknown(
    make: Make,
    sessions: Sessions,
    vault: Vault,
    scheme_clock: StoppedClock,
    machine: MachineTime,
    label: str,
    change: str,
    state: State,
) -> None:
    """Nobody may say that it was not sent; and it does not fall back, for it may have arrived."""
    someone = person(sessions, vault)
    whom = contact(sessions, vault, person=someone)
    contact(sessions, vault, CHAT, "telegram", someone)
    row_id = letter(sessions, vault, whom, kind=REMINDER, event="e", person_id=someone)
    killed(make(ScriptedSender(script=[die])))
    machine.move(LEASE)
    with transaction(sessions) as session:
        found = session.get_one(Contact, whom)
        if change == "expire":
            scheme_clock.move(LONG)
        elif change == "stop":
            found.stopped_at = MID_MAY
        else:
            found.opted_out_at = MID_MAY
    all_of(make(ScriptedSender()))
    assert (row(sessions, row_id).state, len(rows(sessions))) == (state, 1)


@on_sqlite
def test_refused_after_it_was_asked_for_it_has_failed(
    make: Make, sessions: Sessions, say: Say, machine: MachineTime
) -> None:
    """The provider has said that no earlier try was taken."""
    row_id = say(REMINDER)
    sender = ScriptedSender(script=[Unanswered("x"), Stopped("21610")])
    loop = make(sender)
    all_of(loop)
    machine.move(timedelta(minutes=1))
    all_of(loop)
    assert (row(sessions, row_id).state, row(sessions, row_id).error) == (State.FAILED, "21610")


@on_sqlite
@pytest.mark.parametrize("capabilities", [ASKED, OWN_ID])
def test_a_worker_that_was_stopped_too_long_does_not_send(
    make: Make, sessions: Sessions, say: Say, machine: MachineTime, capabilities: Capabilities
) -> None:
    """Its lease may be another's by now: what it had claimed it puts back."""
    row_id = say(REMINDER)
    sender = ScriptedSender(capabilities=capabilities)
    loop = make(sender)
    lane = loop._lanes["sms"]
    submit = lane.submit

    def sleep_first(claimed: Any) -> None:
        machine.move(LEASE)
        submit(claimed)

    lane.submit = sleep_first  # type: ignore[method-assign]
    loop.step()
    lane.submit = submit  # type: ignore[method-assign]
    all_of(loop)
    assert (sender.sent, row(sessions, row_id).state) == ([], State.QUEUED)
    machine.move(timedelta(minutes=1))
    all_of(loop)
    assert [message.row_id for message in sender.sent] == [row_id]
