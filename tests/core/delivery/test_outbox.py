"""core/delivery/outbox: what waits is sent once, in time, by one worker, and what became of it only moves forward."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from core.confidentiality.vault import Vault
from core.db import Sessions, open_engine, open_sessions, transaction
from core.delivery import outbox
from core.delivery.outbox import (
    LEASE,
    MOST_ATTEMPTS,
    Claimed,
    OutboxRow,
    State,
    note_receipt,
    settle_error,
    settle_sent,
)
from core.delivery.sender import Misconfigured, Refused, SendError, Stopped, Throttled, Unreachable
from core.domain.contact import Contact
from tests.core.delivery.letters import HOUR, OTHER, PHONE, contact, letter, row
from tests.engines import on_postgresql, on_sqlite
from tests.rows import NOON
from tests.stopped_clock import MID_MAY

SMS = frozenset({"sms"})
MINUTE = timedelta(minutes=1)


def claim(sessions: Sessions, vault: Vault, now: Any = MID_MAY, machine: Any = NOON, over: Any = SMS) -> Claimed | None:
    """Claim, in a transaction of its own, as the loop does."""
    with transaction(sessions) as session:
        return outbox.claim(session, vault, over, now, machine)


def fail(sessions: Sessions, claimed: Claimed, error: SendError) -> None:
    """Settle a try that went wrong."""
    with transaction(sessions) as session:
        settle_error(session, claimed, error, MID_MAY, NOON)


def test_a_message_goes_its_way(sessions: Sessions, vault: Vault) -> None:
    """Queued, claimed with its address and values opened, sent, delivered; what is stored of it is sealed."""
    row_id = letter(sessions, vault, contact(sessions, vault), "王桂兰")
    assert row(sessions, row_id).state is State.QUEUED
    assert "王桂兰".encode() not in row(sessions, row_id).fields
    claimed = claim(sessions, vault)
    assert claimed is not None
    assert (claimed.row_id, claimed.address, claimed.fields, claimed.attempts) == (
        row_id,
        PHONE,
        {"words": "王桂兰"},
        1,
    )
    with transaction(sessions) as session:
        settle_sent(session, row_id, "SM1")
        assert note_receipt(session, "SM1", State.DELIVERED, None)
    assert row(sessions, row_id).state is State.DELIVERED
    assert claim(sessions, vault) is None


@pytest.mark.parametrize(
    ("label", "letter_is", "now", "claimed"),
    [
        ("at once", {}, MID_MAY, True),
        ("a minute too early", {"not_before": MID_MAY + MINUTE}, MID_MAY, False),
        ("on the minute", {"not_before": MID_MAY + MINUTE}, MID_MAY + MINUTE, True),
        ("a second before it expires", {}, MID_MAY + HOUR - timedelta(seconds=1), True),
        ("when it expires", {}, MID_MAY + HOUR, False),
    ],
)
def test_when_a_message_may_go(
    sessions: Sessions, vault: Vault, label: str, letter_is: dict[str, Any], now: Any, claimed: bool
) -> None:
    """Not before its time and not after it."""
    row_id = letter(sessions, vault, contact(sessions, vault), **letter_is)
    assert (claim(sessions, vault, now) is not None) == claimed
    if now >= MID_MAY + HOUR:
        assert row(sessions, row_id).state is State.EXPIRED


def test_what_a_dead_worker_left_is_claimed_again_and_expires_too(sessions: Sessions, vault: Vault) -> None:
    """Until the lease ends nobody else sends it; then somebody does, unless it is too late for the message."""
    row_id = letter(sessions, vault, contact(sessions, vault))
    assert claim(sessions, vault) is not None
    assert claim(sessions, vault, machine=NOON + LEASE - timedelta(seconds=1)) is None
    again = claim(sessions, vault, machine=NOON + LEASE)
    assert again is not None
    assert (again.row_id, again.attempts) == (row_id, 2)
    assert claim(sessions, vault, MID_MAY + HOUR, NOON + LEASE) is None
    assert row(sessions, row_id).state is State.SENDING  # the second worker may still send it
    assert claim(sessions, vault, MID_MAY + HOUR, NOON + 2 * LEASE) is None
    assert row(sessions, row_id).state is State.EXPIRED


def test_only_the_channels_asked_for(sessions: Sessions, vault: Vault) -> None:
    """A worker without Telegram leaves Telegram's messages to another."""
    letter(sessions, vault, contact(sessions, vault, "5001", "telegram"))
    sms = letter(sessions, vault, contact(sessions, vault))
    claimed = claim(sessions, vault)
    assert claimed is not None
    assert claimed.row_id == sms
    assert claim(sessions, vault) is None
    assert claim(sessions, vault, over=frozenset({"telegram"})) is not None


def test_the_wait_grows_until_it_is_given_up(sessions: Sessions, vault: Vault) -> None:
    """Each wait is longer than the one before, none above an hour; after the last try it has failed."""
    row_id = letter(sessions, vault, contact(sessions, vault), expires_at=MID_MAY + timedelta(days=9))
    machine, waits = NOON, []
    for _ in range(MOST_ATTEMPTS):
        claimed = claim(sessions, vault, machine=machine)
        assert claimed is not None
        with transaction(sessions) as session:
            settle_error(session, claimed, Unreachable("x"), MID_MAY, machine)
        due = row(sessions, row_id).next_try_at
        assert due is not None
        assert (
            row(sessions, row_id).state is State.FAILED
            or claim(sessions, vault, machine=due - timedelta(seconds=1)) is None
        )
        waits.append(due - machine)
        machine = due
    assert waits[:-1] == sorted(set(waits[:-1]))
    assert waits[0] >= timedelta(seconds=5)
    assert max(waits) <= timedelta(hours=1)
    assert row(sessions, row_id).state is State.FAILED
    assert claim(sessions, vault, machine=machine) is None


@on_sqlite
@pytest.mark.parametrize(
    ("error", "state", "wait", "stopped"),
    [
        (Throttled("20429", timedelta(seconds=17)), State.QUEUED, timedelta(seconds=17), None),
        (Throttled("20429"), State.QUEUED, timedelta(seconds=10), None),
        (Misconfigured("20003"), State.QUEUED, timedelta(seconds=10), None),
        (Refused("21617"), State.FAILED, None, None),
        (Stopped("21610"), State.FAILED, None, "21610"),
        (Stopped("Forbidden"), State.FAILED, None, "Forbidden"),
        (Unreachable("x" * 99), State.QUEUED, timedelta(seconds=10), None),
    ],
    ids=lambda value: f"{type(value).__name__} {value.code[:9]}" if isinstance(value, SendError) else "",
)
def test_what_an_error_does(
    sessions: Sessions, vault: Vault, error: SendError, state: State, wait: timedelta | None, stopped: str | None
) -> None:
    """A wait that was asked for is obeyed to the second; what is final is final; a stopped contact is marked."""
    whom = contact(sessions, vault)
    row_id = letter(sessions, vault, whom)
    claimed = claim(sessions, vault)
    assert claimed is not None
    fail(sessions, claimed, error)
    found = row(sessions, row_id)
    assert (found.state, found.lease_until, found.error) == (state, None, error.code[:32])
    if wait is not None:
        assert found.next_try_at == NOON + wait
        assert claim(sessions, vault, machine=NOON + wait - timedelta(seconds=1)) is None
        assert claim(sessions, vault, machine=NOON + wait) is not None
    with transaction(sessions) as session:
        marked = session.get_one(Contact, whom)
        assert (marked.stopped_at, marked.stopped_reason) == (MID_MAY if stopped else None, stopped)


def test_nothing_more_goes_to_a_stopped_contact(sessions: Sessions, vault: Vault) -> None:
    """Its other messages stay unsent until it is let in again; other people get theirs."""
    whom = contact(sessions, vault)
    letter(sessions, vault, whom)
    waiting = letter(sessions, vault, whom)
    others = letter(sessions, vault, contact(sessions, vault, OTHER))
    claimed = claim(sessions, vault)
    assert claimed is not None
    fail(sessions, claimed, Stopped("21610"))
    following = claim(sessions, vault)
    assert following is not None
    assert following.row_id == others
    assert claim(sessions, vault) is None
    with transaction(sessions) as session:
        session.execute(update(Contact).values(stopped_at=None))
    after = claim(sessions, vault)
    assert after is not None
    assert after.row_id == waiting


def test_a_fault_of_ours_is_never_given_up(sessions: Sessions, vault: Vault) -> None:
    """A token that was wrong for a weekend costs no message that is still worth sending on Monday."""
    row_id = letter(sessions, vault, contact(sessions, vault), expires_at=MID_MAY + timedelta(days=3))
    with transaction(sessions) as session:
        session.execute(update(OutboxRow).values(attempts=500))
    claimed = claim(sessions, vault)
    assert claimed is not None
    fail(sessions, claimed, Misconfigured("20003"))
    assert row(sessions, row_id).state is State.QUEUED
    assert row(sessions, row_id).next_try_at == NOON + timedelta(hours=1)


def test_a_message_that_does_not_open_stands_in_nobodys_way(sessions: Sessions, vault: Vault) -> None:
    """A damaged row, or one whose key is gone, waits; the next one goes."""
    broken = letter(sessions, vault, contact(sessions, vault))
    good = letter(sessions, vault, contact(sessions, vault, OTHER))
    with transaction(sessions) as session:
        session.execute(update(OutboxRow).where(OutboxRow.id == broken).values(fields=b"\x00\x01damaged"))
    assert claim(sessions, vault) is None
    assert (row(sessions, broken).state, row(sessions, broken).error) == (State.QUEUED, "keys")
    claimed = claim(sessions, vault)
    assert claimed is not None
    assert claimed.row_id == good


@on_sqlite
@pytest.mark.parametrize(
    ("label", "state", "receipt", "moves"),
    [
        ("sent, delivered", State.SENT, State.DELIVERED, True),
        ("sent, failed", State.SENT, State.FAILED, True),
        ("delivered again", State.DELIVERED, State.DELIVERED, False),
        ("failed after delivery", State.DELIVERED, State.FAILED, False),
        ("delivered after failure", State.FAILED, State.DELIVERED, False),
        ("delivered after it expired", State.EXPIRED, State.DELIVERED, False),
    ],
)
def test_a_receipt_only_moves_forward(
    sessions: Sessions, vault: Vault, label: str, state: State, receipt: State, moves: bool
) -> None:
    """Late, repeated, or contrary: it is dropped."""
    row_id = letter(sessions, vault, contact(sessions, vault))
    with transaction(sessions) as session:
        session.execute(update(OutboxRow).values(state=state, provider_ref="SM1"))
        assert note_receipt(session, "SM1", receipt, None) == moves
    assert row(sessions, row_id).state is (receipt if moves else state)


def test_a_receipt_before_the_answer_stands(sessions: Sessions, vault: Vault) -> None:
    """It finds its row by number, notes the reference, and is not undone by what comes after it."""
    row_id = letter(sessions, vault, contact(sessions, vault))
    claimed = claim(sessions, vault)
    assert claimed is not None
    with transaction(sessions) as session:
        assert not note_receipt(session, "SM1", State.DELIVERED, None)
        assert note_receipt(session, "SM1", State.DELIVERED, None, row_id=row_id)
        settle_sent(session, row_id, "SM1")
        settle_error(session, claimed, Unreachable("x"), MID_MAY, NOON)
        assert not note_receipt(session, "SM2", State.FAILED, "30003", row_id=row_id)
    found = row(sessions, row_id)
    assert (found.state, found.provider_ref) == (State.DELIVERED, "SM1")


@on_postgresql
def test_two_workers_never_claim_the_same(sessions: Sessions, vault: Vault, database_url: str) -> None:
    """Four workers at once over sixty messages: each is claimed by exactly one."""
    for number in range(3):
        whom = contact(sessions, vault, f"+861380013800{number}")
        for _ in range(20):
            letter(sessions, vault, whom)
    claimed: list[int] = []
    together = threading.Barrier(4)

    def work() -> None:
        engine = open_engine(database_url)
        together.wait()
        while (mine := claim(open_sessions(engine), vault)) is not None:
            claimed.append(mine.row_id)
        engine.dispose()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(claimed) == len(set(claimed)) == 60
