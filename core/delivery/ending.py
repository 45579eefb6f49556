"""How a row leaves a worker's hands without having been sent: ended for good, put off, or put back for another try."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.delivery.outbox import IN_DOUBT, OutboxRow, State

LONGEST_WAIT = timedelta(hours=1)
LONGEST_NOTE = 32


def is_in_doubt(row: OutboxRow) -> bool:
    """Whether an earlier try may have been taken: its worker died in the middle, or no answer came."""
    return row.state is State.SENDING or row.error == IN_DOUBT


def end(row: OutboxRow, state: State, note: str | None, now: datetime) -> State:
    """End `row` in `state`, for the reason `note`; in UNKNOWN where an earlier try may have been taken."""
    if row.error == IN_DOUBT:
        state, note = State.UNKNOWN, IN_DOUBT
    row.state, row.error, row.settled_at = state, note[:LONGEST_NOTE] if note else None, now
    row.lease_until, row.next_try_at = None, None
    return state


def put_off(row: OutboxRow, until: datetime) -> None:
    """Let `row` wait until then (scheme clock), out of everybody's way; it is looked at when it expires."""
    row.state, row.not_before, row.lease_until = State.QUEUED, min(until, row.expires_at), None


def put_back(row: OutboxRow, code: str, machine_now: datetime, wait: timedelta | None = None) -> None:
    """Let `row` be tried again after `wait`, or after a wait that grows with its tries, until it expires."""
    row.state, row.lease_until = State.QUEUED, None
    row.next_try_at = machine_now + (wait or growing_wait(row.attempts))
    if row.error != IN_DOUBT:
        row.error = code[:LONGEST_NOTE]


def growing_wait(attempts: int) -> timedelta:
    """How long to wait after so many tries: from 10 seconds to an hour."""
    return min(timedelta(seconds=5 * 2 ** min(attempts, 10)), LONGEST_WAIT)
