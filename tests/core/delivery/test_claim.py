"""core/delivery/claim: what may go goes, in order and with its code; what may not is ended or stands in no one's way."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import MessageKind, OutboxRow, State
from core.delivery.sender import Dropped, Unreachable
from core.domain.contact import Contact, Language
from tests.core.delivery.letters import (
    CHAT,
    HOUR,
    MUTE,
    OTHER,
    MachineTime,
    ScriptedSender,
    contact,
    letter,
    person,
    reminder,
    row,
    rows,
)
from tests.core.delivery.looping import Make, all_of
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY, StoppedClock

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("label", "letter_is", "now", "state"),
    [
        ("at once", {}, MID_MAY, State.SENT),
        ("a minute too early", {"not_before": MID_MAY + MINUTE}, MID_MAY, State.QUEUED),
        ("on the minute", {"not_before": MID_MAY + MINUTE}, MID_MAY + MINUTE, State.SENT),
        ("a second before it expires", {}, MID_MAY + HOUR - timedelta(seconds=1), State.SENT),
        ("when it expires", {}, MID_MAY + HOUR, State.EXPIRED),
    ],
)
def test_when_a_message_may_go(
    make: Make,
    sessions: Sessions,
    vault: Vault,
    scheme_clock: StoppedClock,
    label: str,
    letter_is: dict[str, Any],
    now: datetime,
    state: State,
) -> None:
    """Not before its time and not after it."""
    row_id = letter(sessions, vault, contact(sessions, vault), **letter_is)
    scheme_clock.move(to=now)
    all_of(make(ScriptedSender()))
    assert row(sessions, row_id).state is state


@on_sqlite
def test_the_kinds_go_in_order(make: Make, sessions: Sessions, vault: Vault) -> None:
    """Answers, decisions, reminders, notices; of a kind the oldest first."""
    order = [MessageKind.ANSWER, MessageKind.DECISION, MessageKind.REMINDER, MessageKind.NOTICE]
    for kind in reversed(order):
        for number in range(2):
            whom = contact(sessions, vault, f"+8613{len(rows(sessions)):09}")
            letter(sessions, vault, whom, kind=kind, event=f"{kind} {number}")
    sender = ScriptedSender()
    all_of(make(sender))
    sent = [row(sessions, message.row_id) for message in sender.sent]
    assert [(r.kind, r.event) for r in sent] == [(kind, f"{kind} {n}") for kind in order for n in range(2)]


@on_sqlite
def test_only_the_channels_that_it_has(make: Make, sessions: Sessions, vault: Vault) -> None:
    """A worker without Telegram leaves Telegram's messages to another."""
    chat = letter(sessions, vault, contact(sessions, vault, CHAT, "telegram"))
    sms = letter(sessions, vault, contact(sessions, vault))
    all_of(make(ScriptedSender()))
    assert (row(sessions, chat).state, row(sessions, sms).state) == (State.QUEUED, State.SENT)
    all_of(make(ScriptedSender("telegram", MUTE)))
    assert row(sessions, chat).state is State.SENT


@pytest.mark.parametrize(
    ("kind", "state", "error"),
    [
        (MessageKind.ANSWER, State.SENT, None),
        (MessageKind.DECISION, State.CANCELLED, "opted_out"),
        (MessageKind.REMINDER, State.CANCELLED, "opted_out"),
        (MessageKind.NOTICE, State.CANCELLED, "opted_out"),
    ],
)
@on_sqlite
def test_who_has_opted_out_hears_only_answers(
    make: Make, sessions: Sessions, vault: Vault, kind: MessageKind, state: State, error: str | None
) -> None:
    """Also where he did so after the message was planned."""
    whom = contact(sessions, vault)
    row_id = letter(sessions, vault, whom, kind=kind, event="e")
    with transaction(sessions) as session:
        session.get_one(Contact, whom).opted_out_at = MID_MAY
    all_of(make(ScriptedSender()))
    assert (row(sessions, row_id).state, row(sessions, row_id).error) == (state, error)


@on_sqlite
@pytest.mark.parametrize("kind", list(MessageKind))
def test_nothing_goes_to_a_stopped_contact(make: Make, sessions: Sessions, vault: Vault, kind: MessageKind) -> None:
    """It fails with the reason for which the channel refuses, and is told over the person's other channel."""
    whom = person(sessions, vault)
    stopped = contact(sessions, vault, person=whom, stopped_at=MID_MAY, stopped_reason="21610")
    chat = contact(sessions, vault, CHAT, "telegram", whom)
    row_id = letter(sessions, vault, stopped, "好", kind=kind, event="e", person_id=whom)
    sms, telegram = ScriptedSender(), ScriptedSender("telegram", MUTE)
    all_of(make(sms, telegram))
    assert (row(sessions, row_id).state, row(sessions, row_id).error) == (State.FAILED, "21610")
    assert sms.sent == []
    [other] = rows(sessions)[1:]
    assert (other.contact_id, other.turn, other.kind, other.event, other.state) == (chat, 1, kind, "e", State.SENT)
    assert [message.address for message in telegram.sent] == [CHAT]
    assert "好" in telegram.sent[0].text


@on_sqlite
def test_a_message_that_makes_no_sense_any_more_is_cancelled(make: Make, sessions: Sessions, vault: Vault) -> None:
    """With the reason, and it costs nothing."""
    row_id = reminder(sessions, vault, contact(sessions, vault))

    def compose(*_: object) -> str:
        raise Dropped("closed")

    all_of(make(ScriptedSender(), compose=compose))
    found = row(sessions, row_id)
    assert (found.state, found.error, found.settled_at, found.segments) == (State.CANCELLED, "closed", MID_MAY, None)


def test_a_message_that_does_not_open_stands_in_nobodys_way(make: Make, sessions: Sessions, vault: Vault) -> None:
    """A damaged row, or one whose key is gone, waits; the next one goes."""
    broken, good = (letter(sessions, vault, contact(sessions, vault, phone)) for phone in (OTHER, "+8613800138001"))
    with transaction(sessions) as session:
        session.execute(update(OutboxRow).where(OutboxRow.id == broken).values(fields=b"\x00\x01damaged"))
    all_of(make(ScriptedSender()))
    found = row(sessions, broken)
    assert (found.state, found.error, found.sent_at) == (State.QUEUED, "keys", None)
    assert found.next_try_at is not None
    assert row(sessions, good).state is State.SENT


@on_sqlite
def test_every_unasked_text_has_its_own_code(
    make: Make, sessions: Sessions, vault: Vault, machine: MachineTime
) -> None:
    """Six digits, kept for the next try, in the language of the contact; an answer has none."""
    whom = contact(sessions, vault, language=Language.ENGLISH)
    unasked, answer = reminder(sessions, vault, whom, words="fine"), letter(sessions, vault, whom, "fine")
    sender = ScriptedSender(script=[lambda _answer: None, Unreachable("x")])
    loop = make(sender)
    all_of(loop)
    code = row(sessions, unasked).code
    machine.move(HOUR)
    all_of(loop)
    assert code is not None
    assert code.isdecimal()
    assert len(code) == 6
    assert row(sessions, answer).code is None
    assert [(m.text, m.code) for m in sender.sent] == [("fine", None), (f"fine ({code})", code)]
    assert len({m.own_id for m in sender.sent}) == 2
    assert {len(m.own_id) for m in sender.sent} == {36}
