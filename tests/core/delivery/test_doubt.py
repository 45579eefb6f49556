"""A message that may have been taken: it is asked for, or refused a second time by its id; what is ended is unknown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import MessageKind, State
from core.delivery.sender import (
    Capabilities,
    Failing,
    SendError,
    Stopped,
    Throttled,
    Unanswered,
    Unreachable,
)
from core.domain.contact import Contact
from tests.core.delivery.doubting import LONG, REMINDER, Say, die, killed
from tests.core.delivery.letters import (
    ASKED,
    CHAT,
    LEASE,
    OWN_ID,
    MachineTime,
    ScriptedSender,
    contact,
    letter,
    person,
    row,
    rows,
)
from tests.core.delivery.looping import Make, all_of
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY, StoppedClock


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
