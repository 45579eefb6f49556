"""core/delivery/admission: the quiet hours, and how much an address gets in a day; what must wait waits in no one's way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import MessageKind, OutboxRow, State
from tests.core.delivery.letters import (
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

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NIGHT = MID_MAY.replace(hour=22)
WEEK = {"expires_at": MID_MAY + 7 * DAY}


@on_sqlite
def test_in_the_quiet_hours_only_answers_go(
    make: Make, sessions: Sessions, vault: Vault, scheme_clock: StoppedClock
) -> None:
    """From 20:00 to 08:00 in the scheme's zone; what waits goes in the morning, or has expired."""
    scheme_clock.move(to=NIGHT)
    long, short = {"expires_at": NIGHT + DAY}, {"expires_at": NIGHT + HOUR}
    ids = [
        letter(sessions, vault, contact(sessions, vault, f"+861380013800{n}"), kind=kind, event=f"{n}", **how)
        for n, (kind, how) in enumerate(
            [
                (MessageKind.ANSWER, long),
                (MessageKind.DECISION, long),
                (MessageKind.REMINDER, long),
                (MessageKind.NOTICE, short),
            ]
        )
    ]
    loop = make(ScriptedSender())
    all_of(loop)
    assert [row(sessions, row_id).state for row_id in ids] == [State.SENT, *[State.QUEUED] * 3]
    scheme_clock.move(to=NIGHT.replace(hour=8) + DAY)
    all_of(loop)
    assert [row(sessions, row_id).state for row_id in ids] == [*[State.SENT] * 3, State.EXPIRED]


@on_sqlite
def test_what_goes_first_unasked_stands_in_no_answers_way_at_night(
    make: Make, sessions: Sessions, vault: Vault, scheme_clock: StoppedClock
) -> None:
    """An introduction has an answer's place, but not its right to wake people; put off, it comes in the morning."""
    scheme_clock.move(to=NIGHT)
    for n in range(30):
        letter(
            sessions,
            vault,
            contact(sessions, vault, f"+86138001380{n:02}"),
            kind=MessageKind.REMINDER,
            event="h",
            **WEEK,
        )
    with transaction(sessions) as session:
        session.execute(update(OutboxRow).values(priority=0))
    answer = letter(sessions, vault, contact(sessions, vault, OTHER), now=NIGHT, expires_at=NIGHT + HOUR)
    loop = make(ScriptedSender(), rate_of={"sms": 1.0})
    all_of(loop)
    assert [r.id for r in rows(sessions) if r.state is State.SENT] == [answer]
    assert {r.not_before for r in rows(sessions) if r.id != answer} == {NIGHT.replace(hour=8) + DAY}


@pytest.mark.parametrize(("kind", "sent"), [(MessageKind.ANSWER, 6), (MessageKind.NOTICE, 4)])
def test_an_address_gets_four_unasked_messages_a_day(
    make: Make, sessions: Sessions, vault: Vault, scheme_clock: StoppedClock, kind: MessageKind, sent: int
) -> None:
    """Within 24 hours by the scheme's clock; the fifth waits till the first is a day old, and then goes."""
    whom = contact(sessions, vault)
    ids = [letter(sessions, vault, whom, kind=kind, event=f"{n}", **WEEK) for n in range(6)]
    loop = make(ScriptedSender())
    all_of(loop)
    assert [row(sessions, row_id).state for row_id in ids] == [State.SENT] * sent + [State.QUEUED] * (6 - sent)
    assert {row(sessions, row_id).attempts for row_id in ids[sent:]} <= {0}
    scheme_clock.move(DAY - timedelta(seconds=1))
    all_of(loop)
    assert [row(sessions, row_id).state for row_id in ids].count(State.SENT) == sent
    scheme_clock.move(timedelta(seconds=1))
    all_of(loop)
    assert {row(sessions, row_id).state for row_id in ids} == {State.SENT}


@on_sqlite
def test_an_address_gets_no_third_text_of_the_same(
    make: Make, sessions: Sessions, vault: Vault, scheme_clock: StoppedClock
) -> None:
    """A family's phone, three persons, one event: the third waits a day. Another event goes at once."""
    whom = contact(sessions, vault)
    same = [reminder(sessions, vault, whom, person_id=person(sessions, vault), **WEEK) for _ in range(3)]
    other = reminder(sessions, vault, whom, event="e2", **WEEK)
    loop = make(ScriptedSender())
    all_of(loop)
    assert [row(sessions, row_id).state for row_id in [*same, other]] == [
        State.SENT,
        State.SENT,
        State.QUEUED,
        State.SENT,
    ]
    scheme_clock.move(DAY)
    all_of(loop)
    assert row(sessions, same[2]).state is State.SENT


@on_sqlite
def test_what_waits_for_a_limit_expires_when_its_time_comes(
    make: Make, sessions: Sessions, vault: Vault, scheme_clock: StoppedClock
) -> None:
    """It counts as not reached, at that time and not a day later."""
    whom = contact(sessions, vault)
    row_id = [reminder(sessions, vault, whom, event=f"{n}", expires_at=MID_MAY + 3 * HOUR) for n in range(5)][-1]
    loop = make(ScriptedSender())
    all_of(loop)
    assert row(sessions, row_id).state is State.QUEUED
    scheme_clock.move(3 * HOUR)
    all_of(loop)
    assert row(sessions, row_id).state is State.EXPIRED


@on_sqlite
def test_one_chat_gets_one_message_a_second(
    make: Make, sessions: Sessions, vault: Vault, scheme_clock: StoppedClock, machine: MachineTime
) -> None:
    """Where the channel asks for it; other chats need not wait."""
    whom, other = (contact(sessions, vault, chat, "telegram") for chat in ("5001", "5002"))
    for n in range(2):
        reminder(sessions, vault, whom, event=f"{n}")
    reminder(sessions, vault, other)
    capabilities = MUTE.__class__(**{**vars(MUTE), "between": timedelta(seconds=1)})
    sender = ScriptedSender("telegram", capabilities)
    loop = make(sender)
    for _ in range(4):
        loop.step()
    assert [message.row_id for message in sender.sent] == [1, 3]
    scheme_clock.move(timedelta(seconds=1))
    machine.move(timedelta(seconds=1))
    all_of(loop)
    assert [message.row_id for message in sender.sent] == [1, 3, 2]


@on_sqlite
def test_a_clock_that_jumps_a_day_ahead_and_back(
    make: Make, sessions: Sessions, vault: Vault, scheme_clock: StoppedClock, machine: MachineTime
) -> None:
    """Nothing is sent twice, and nothing that waits is lost: what was sent in the time to come counts all the same."""
    whom = contact(sessions, vault)
    for n in range(3):
        reminder(sessions, vault, whom, event=f"{n}", **WEEK)
    sender = ScriptedSender()
    loop = make(sender)
    all_of(loop)
    scheme_clock.move(DAY)
    for n in range(3, 6):
        reminder(sessions, vault, whom, event=f"{n}", **WEEK)
    all_of(loop)
    scheme_clock.move(-DAY)
    machine.move(MINUTE)
    for n in range(6, 8):
        reminder(sessions, vault, whom, event=f"{n}", **WEEK)
    all_of(loop)
    assert len(sender.sent) == 6  # by the carrier's clock all within minutes; the limit holds no more than it can know
    for _ in range(3):
        scheme_clock.move(DAY)
        machine.move(DAY)
        all_of(loop)
    assert sorted(message.row_id for message in sender.sent) == [r.id for r in rows(sessions)]
