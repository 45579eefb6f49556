"""core/delivery/usage and openness: what was sent is counted with its signature, and the day's money can't be overrun."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery import metrics
from core.delivery.loop import Loop
from core.delivery.outbox import MessageKind, State
from core.delivery.sender import Refused, Unanswered, Unreachable
from core.delivery.usage import Charge, Ledger, Usage
from core.domain.contact import Language
from tests.core.delivery.letters import (
    CHAT,
    MUTE,
    MachineTime,
    ScriptedSender,
    contact,
    letter,
    reminder,
    row,
    rows,
)
from tests.core.delivery.looping import all_of
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY, StoppedClock

Make = Callable[..., Loop]
DAY = timedelta(days=1)
TODAY = date(2026, 5, 12)


def used(sessions: Sessions) -> dict[tuple[date, str, str], tuple[int, int, int]]:
    """Messages, segments and money by day, channel and kind."""
    with transaction(sessions) as session:
        return {(u.day, u.channel, u.kind): (u.messages, u.segments, u.cost) for u in session.scalars(select(Usage))}


@on_sqlite
@pytest.mark.parametrize(
    ("language", "text", "kind", "segments"),
    [
        (Language.CHINESE, "好" * 65, MessageKind.ANSWER, 1),  # with the signature's five: 70
        (Language.CHINESE, "好" * 66, MessageKind.ANSWER, 2),
        (Language.CHINESE, "好" * 56, MessageKind.NOTICE, 1),  # and with the code's nine
        (Language.CHINESE, "好" * 57, MessageKind.NOTICE, 2),
        (Language.ENGLISH, "a" * 149, MessageKind.ANSWER, 1),  # with [JF Office]: brackets count twice
        (Language.ENGLISH, "a" * 148, MessageKind.ANSWER, 1),
        (Language.ENGLISH, "a" * 150, MessageKind.ANSWER, 2),
    ],
)
def test_segments_are_counted_with_the_signature(
    make: Make, sessions: Sessions, vault: Vault, language: Language, text: str, kind: MessageKind, segments: int
) -> None:
    """As the carrier sends it: that of the contact's language before it, the code in it."""
    row_id = letter(sessions, vault, contact(sessions, vault, language=language), text, kind=kind, event="e")
    all_of(make(ScriptedSender(), sms_price=Decimal("0.05"), sms_signature_en="[JF Office"))
    assert row(sessions, row_id).segments == segments
    assert used(sessions) == {(TODAY, "sms", kind): (1, segments, segments * 500)}


@on_sqlite
def test_a_chat_costs_nothing(make: Make, sessions: Sessions, vault: Vault) -> None:
    """It is counted as a message."""
    row_id = reminder(sessions, vault, contact(sessions, vault, CHAT, "telegram"), words="好" * 99)
    all_of(make(ScriptedSender("telegram", MUTE)))
    assert row(sessions, row_id).segments == 0
    assert used(sessions) == {(TODAY, "telegram", "reminder"): (1, 0, 0)}


@on_sqlite
def test_only_what_may_have_been_taken_is_counted_and_once(
    make: Make, sessions: Sessions, vault: Vault, machine: MachineTime
) -> None:
    """A try that never left, or was refused, is given back; one in doubt stays counted and is not counted again."""
    row_id = reminder(sessions, vault, contact(sessions, vault))
    sender = ScriptedSender(script=[Unreachable("x"), Unanswered("x"), Unreachable("x")])
    loop, seen = make(sender), []
    for _ in range(4):
        all_of(loop)
        seen.append((used(sessions)[TODAY, "sms", "reminder"], row(sessions, row_id).sent_at is not None))
        machine.move(timedelta(minutes=10))
    assert seen == [((0, 0, 0), False), *[((1, 1, 500), True)] * 3]
    refused = reminder(sessions, vault, contact(sessions, vault, CHAT), event="e2")
    sender.script.append(Refused("21617"))
    all_of(loop)
    assert (row(sessions, refused).state, used(sessions)[TODAY, "sms", "reminder"]) == (State.FAILED, (1, 1, 500))


def test_at_the_ceiling_unasked_messages_stop_and_answers_go_on(
    make: Make, sessions: Sessions, vault: Vault, scheme_clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three segments' money: the fourth waits for the next day; a chat, which costs nothing, does not. It is told once,
    and a gauge shows it."""
    shown: list[bool] = []
    monkeypatch.setattr(metrics.budget_reached, "set", shown.append)
    week = {"expires_at": MID_MAY + 7 * DAY}
    for n in range(5):
        reminder(sessions, vault, contact(sessions, vault, f"+861380013800{n}"), **week)
    chat = reminder(sessions, vault, contact(sessions, vault, CHAT, "telegram"), **week)
    loop = make(ScriptedSender(), ScriptedSender("telegram", MUTE), daily_budget=Decimal("0.15"))
    with capture_logs() as logged:
        all_of(loop)
        answer = letter(sessions, vault, contact(sessions, vault, "+8613800138009"))
        all_of(loop)
    states = [r.state for r in rows(sessions)]
    assert states.count(State.SENT) == 5
    assert {row(sessions, row_id).state for row_id in (chat, answer)} == {State.SENT}
    assert [entry["event"] for entry in logged].count("budget_reached") == 1
    assert shown[-1] is True
    scheme_clock.move(to=MID_MAY.replace(hour=8) + DAY)
    all_of(loop)
    assert {r.state for r in rows(sessions)} == {State.SENT}
    assert shown[-1] is False


@on_sqlite
def test_what_is_dearer_than_what_is_left_waits_and_a_cheaper_one_goes(
    make: Make, sessions: Sessions, vault: Vault, scheme_clock: StoppedClock
) -> None:
    """No message takes the day over its ceiling."""
    dear = reminder(sessions, vault, contact(sessions, vault), words="好" * 99, expires_at=MID_MAY + 2 * DAY)
    cheap = reminder(sessions, vault, contact(sessions, vault, CHAT))
    loop = make(ScriptedSender(), daily_budget=Decimal("0.09"))
    all_of(loop)
    assert (row(sessions, dear).state, row(sessions, cheap).state) == (State.QUEUED, State.SENT)
    assert row(sessions, dear).not_before == MID_MAY.replace(hour=0) + DAY


def test_charges_add_up(sessions: Sessions) -> None:
    """Over transactions, channels and days; what is given back is taken off."""
    for sign in (1, 1, -1):
        with transaction(sessions) as session:
            ledger = Ledger()
            ledger.add(Charge(TODAY, "sms", "notice", 2, 1000), sign)
            ledger.add(Charge(TODAY + DAY, "sms", "notice", 1, 500))
            assert ledger.spent(session, TODAY) >= 1000
            ledger.write(session)
    assert used(sessions) == {
        (TODAY, "sms", "notice"): (1, 2, 1000),
        (TODAY + DAY, "sms", "notice"): (3, 3, 1500),
    }
