"""core/delivery/settle, slowing and fallback: what an error does to a row, to its contact, to its channel, and after."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import MessageKind, State
from core.delivery.rates import Bucket
from core.delivery.sender import (
    Misconfigured,
    Refused,
    SendError,
    Stopped,
    Throttled,
    Unreachable,
)
from core.domain.contact import Contact
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
from tests.rows import NOON
from tests.stopped_clock import MID_MAY

SECOND = timedelta(seconds=1)


@on_sqlite
@pytest.mark.parametrize(
    ("error", "state", "wait", "stopped"),
    [
        (Throttled("20429", 17 * SECOND), State.QUEUED, 17 * SECOND, None),
        (Throttled("20429"), State.QUEUED, 10 * SECOND, None),
        (Misconfigured("20003"), State.QUEUED, 10 * SECOND, None),
        (Unreachable("x" * 99), State.QUEUED, 10 * SECOND, None),
        (Refused("21617"), State.FAILED, None, None),
        (Stopped("21610"), State.FAILED, None, "21610"),
        (Stopped("Forbidden"), State.FAILED, None, "Forbidden"),
    ],
    ids=lambda value: f"{type(value).__name__} {value.code[:9]}" if isinstance(value, SendError) else "",
)
def test_what_an_error_does(
    make: Make,
    sessions: Sessions,
    vault: Vault,
    machine: MachineTime,
    error: SendError,
    state: State,
    wait: timedelta | None,
    stopped: str | None,
) -> None:
    """A wait that was asked for is obeyed to the second; what is final is final; a stopped contact is marked."""
    whom = contact(sessions, vault)
    row_id = reminder(sessions, vault, whom)
    sender = ScriptedSender(script=[error])
    loop = make(sender)
    all_of(loop)
    found = row(sessions, row_id)
    assert (found.state, found.lease_until, found.error, found.sent_at) == (state, None, error.code[:32], None)
    with transaction(sessions) as session:
        marked = session.get_one(Contact, whom)
        assert (marked.stopped_at, marked.stopped_reason) == (MID_MAY if stopped else None, stopped)
    if wait is None:
        assert found.settled_at == MID_MAY
        return
    assert found.next_try_at == NOON + wait
    machine.move(wait - SECOND)
    all_of(loop)
    assert sender.sent == []
    machine.move(SECOND)
    all_of(loop)
    assert len(sender.sent) == 1


@on_sqlite
def test_the_wait_grows_until_it_expires(make: Make, sessions: Sessions, vault: Vault, machine: MachineTime) -> None:
    """An outage of two days costs no message that is still worth sending; each wait is as long as the last, or longer,
    and none above an hour."""
    row_id = letter(sessions, vault, contact(sessions, vault), expires_at=MID_MAY + timedelta(days=9))
    sender = ScriptedSender(script=[Unreachable("x")] * 50)
    loop, waits = make(sender), []
    while sender.script:
        all_of(loop)
        due = row(sessions, row_id).next_try_at
        assert due is not None
        waits.append(due - machine.instant)
        machine.move(max(due - machine.instant, timedelta(minutes=1)))
    all_of(loop)
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (10 * SECOND, HOUR)
    assert row(sessions, row_id).state is State.SENT


@on_sqlite
def test_a_provider_that_is_ill_is_left_alone(
    make: Make, sessions: Sessions, vault: Vault, machine: MachineTime
) -> None:
    """After three troubles the channel pauses, and then tries one message at a time, until one is taken."""
    for n in range(40):
        letter(sessions, vault, contact(sessions, vault, f"+86138001380{n:02}"))
    tries = 0

    def count(_message: object) -> None:
        nonlocal tries
        tries += 1
        raise Unreachable("x")

    sender = ScriptedSender(script=[count] * 5)
    loop = make(sender)
    with capture_logs() as logged:
        all_of(loop)
        assert tries == 3
        for _ in range(2):
            machine.move(timedelta(seconds=30))
            loop.step()
            assert len(loop._lanes["sms"].under_way) <= 1
    pauses = [entry["seconds"] for entry in logged if entry["event"] == "channel_pauses"]
    assert pauses[0] == 1
    machine.move(timedelta(minutes=2))
    all_of(loop)
    machine.move(timedelta(minutes=2))
    all_of(loop)
    assert {r.state for r in rows(sessions)} == {State.SENT}


@on_sqlite
def test_a_pause_is_every_workers(make: Make, sessions: Sessions, vault: Vault, machine: MachineTime) -> None:
    """It stands in the database, for the channel alone that it is about."""
    for channel, address in (("telegram", CHAT), ("sms", OTHER), ("telegram", "5002")):
        letter(sessions, vault, contact(sessions, vault, address, channel))
    all_of(make(ScriptedSender("telegram", MUTE, script=[Throttled("RetryAfter", timedelta(minutes=5))])))
    telegram, sms = ScriptedSender("telegram", MUTE), ScriptedSender()
    loop = make(telegram, sms)
    all_of(loop)
    assert (len(telegram.sent), len(sms.sent)) == (0, 1)
    with transaction(sessions) as session:
        assert session.get_one(Bucket, "telegram").filled_at == machine.instant + timedelta(minutes=5)
    machine.move(timedelta(minutes=5))
    all_of(loop)
    assert len(telegram.sent) == 2


@pytest.mark.parametrize("error", [Refused("21617"), Stopped("21610"), Stopped("Forbidden")], ids=lambda e: e.code)
@pytest.mark.parametrize("channels", [("sms", "telegram"), ("telegram", "sms")])
def test_what_one_channel_cannot_bring_is_tried_over_the_other(
    make: Make, sessions: Sessions, vault: Vault, error: SendError, channels: tuple[str, str]
) -> None:
    """Once, under the same event, until the same hour; the fall-back of a fall-back there is not."""
    someone = person(sessions, vault)
    addresses = {"sms": OTHER, "telegram": CHAT}
    here, there = (contact(sessions, vault, addresses[channel], channel, someone) for channel in channels)
    row_id = reminder(sessions, vault, here, person_id=someone)
    first, second = (ScriptedSender(channel, MUTE, script=[error]) for channel in channels)
    all_of(make(first, second))
    failed, fallen = rows(sessions)
    assert (failed.id, failed.state, failed.turn) == (row_id, State.FAILED, 0)
    assert (fallen.contact_id, fallen.turn, fallen.event, fallen.text_key) == (there, 1, "e1", failed.text_key)
    assert (fallen.expires_at, fallen.state, fallen.error) == (failed.expires_at, State.FAILED, error.code)


@on_sqlite
@pytest.mark.parametrize(
    ("label", "other", "row_is"),
    [
        ("no other contact", None, {}),
        ("another phone is no other channel", {"channel": "sms"}, {}),
        ("the other one has opted out", {"opted_out_at": MID_MAY}, {}),
        ("the other one is stopped", {"stopped_at": MID_MAY}, {}),
        ("nobody of ours", {}, {"person_id": None}),
    ],
)
def test_when_there_is_nothing_to_fall_back_to(
    make: Make, sessions: Sessions, vault: Vault, label: str, other: dict[str, Any] | None, row_is: dict[str, Any]
) -> None:
    """It has failed then, and counts as not reached."""
    someone = person(sessions, vault)
    here = contact(sessions, vault, person=someone)
    if other is not None:
        values = {"channel": "telegram", **other}
        contact(sessions, vault, CHAT if values["channel"] == "telegram" else OTHER, person=someone, **values)
    reminder(sessions, vault, here, **{"person_id": someone, **row_is})
    all_of(make(ScriptedSender(script=[Stopped("21610")]), ScriptedSender("telegram", MUTE)))
    assert [r.state for r in rows(sessions)] == [State.FAILED]


@on_sqlite
def test_an_answer_falls_back_to_who_has_opted_out(make: Make, sessions: Sessions, vault: Vault) -> None:
    """He asked for it."""
    someone = person(sessions, vault)
    here = contact(sessions, vault, person=someone)
    contact(sessions, vault, CHAT, "telegram", someone, opted_out_at=MID_MAY)
    letter(sessions, vault, here, kind=MessageKind.ANSWER, event="e", person_id=someone)
    telegram = ScriptedSender("telegram", MUTE)
    all_of(make(ScriptedSender(script=[Stopped("21610")]), telegram))
    assert [message.address for message in telegram.sent] == [CHAT]
