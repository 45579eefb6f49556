"""Settling: what the provider said to a try is noted; it is the only place that decides on another try."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from core.delivery import metrics
from core.delivery.admission import REPEATED, Claimed, can_be_resolved
from core.delivery.ending import end, put_back
from core.delivery.fallback import fall_back
from core.delivery.outbox import IN_DOUBT, OutboxRow, State
from core.delivery.receipts import stop_contact
from core.delivery.sender import Capabilities, Failing, SendError
from core.delivery.usage import Ledger

log = structlog.get_logger(__name__)

# Long enough to outlive a short outage, for what is sent again only once.
BEFORE_THE_SECOND = timedelta(seconds=30)

# What the provider took is sent, whatever another worker made of the row meanwhile; a receipt that came first stands.
_TAKEN = (
    update(OutboxRow)
    .where(
        OutboxRow.id == bindparam("row"),
        # One by one: a list of words cannot be given for many rows at once.
        *(OutboxRow.state != state for state in (State.SENT, State.DELIVERED, State.FAILED)),
    )
    .values(
        state=State.SENT,
        provider_ref=bindparam("reference"),
        settled_at=bindparam("at"),
        lease_until=None,
        next_try_at=None,
        error=None,
    )
)


@dataclass(frozen=True)
class Outcome:
    """What came of a try: the provider's reference, or an error; `only_asked` where the error came of asking whether
    the message was taken before, and nothing was sent."""

    claimed: Claimed
    result: str | SendError
    only_asked: bool = False


def settle(
    session: Session,
    ledger: Ledger,
    outcomes: Sequence[Outcome],
    capabilities: Mapping[str, Capabilities],
    now: datetime,
    machine_now: datetime,
) -> None:
    """Note `outcomes`. It may be done twice, on a fresh transaction: the second time changes nothing."""
    # In one order everywhere, so that two who settle do not wait for each other.
    outcomes = sorted(outcomes, key=lambda outcome: outcome.claimed.message.row_id)
    taken = [
        {"row": outcome.claimed.message.row_id, "reference": outcome.result, "at": now}
        for outcome in outcomes
        if isinstance(outcome.result, str)
    ]
    if taken:
        session.connection().execute(_TAKEN, taken)
    for outcome in outcomes:
        if isinstance(outcome.result, SendError):
            claimed = outcome.claimed
            row = session.get(OutboxRow, claimed.message.row_id, with_for_update=True)
            # Somebody else may have moved it on: a receipt, or a worker that took it over.
            if row is not None and row.state is State.SENDING and row.attempts == claimed.attempts:
                failure = _Failure(session, ledger, row, outcome, capabilities[claimed.channel], now, machine_now)
                failure.settle()


@dataclass(frozen=True)
class _Failure:
    """A try that the provider did not take, or did not say that it did."""

    session: Session
    ledger: Ledger
    row: OutboxRow
    outcome: Outcome
    capabilities: Capabilities
    now: datetime
    machine_now: datetime

    def settle(self) -> None:
        error, claimed = self._error, self.outcome.claimed
        if self.outcome.only_asked:
            self._again()
        elif error.in_doubt:
            self._settle_doubt()
        else:
            if claimed.charge is not None:
                self._give_back()
            if error.retry:
                self._again()
            else:
                self._give_up()
        if error.stops_contact:
            stop_contact(self.session, self.row.contact_id, error.code, self.now)

    @property
    def _error(self) -> SendError:
        assert isinstance(self.outcome.result, SendError)  # noqa: S101 - for the type checker; see `settle` above
        return self.outcome.result

    def _settle_doubt(self) -> None:
        """Nobody knows whether it was taken: ask before the next try, try what must be said once more, or leave it."""
        was_in_doubt, is_repeated = self.outcome.claimed.in_doubt, self.row.kind in REPEATED
        if is_repeated and isinstance(self._error, Failing) and not can_be_resolved(self.capabilities):
            self._again()
        elif can_be_resolved(self.capabilities):
            self.row.error = IN_DOUBT
            self._again()
        elif is_repeated and not was_in_doubt:
            self.row.error = IN_DOUBT
            self._again(BEFORE_THE_SECOND)
        else:
            self.row.error = IN_DOUBT
            self._end(State.UNKNOWN)

    def _again(self, wait: timedelta | None = None) -> None:
        put_back(self.row, self._error.code, self.machine_now, self._error.wait or wait)

    def _give_up(self) -> None:
        if can_be_resolved(self.capabilities):
            self.row.error = None  # the provider was asked: no earlier try was taken
        if self._end(State.FAILED) is State.FAILED:
            # The contact that is stopped now is no longer the other one of anybody.
            fall_back(self.session, self.row, self.now)

    def _end(self, state: State) -> State:
        ended = end(self.row, state, self._error.code, self.now)
        metrics.messages.labels(self.outcome.claimed.channel, self.row.kind, ended).inc()
        return ended

    def _give_back(self) -> None:
        assert self.outcome.claimed.charge is not None  # noqa: S101 - for the type checker
        self.ledger.add(self.outcome.claimed.charge, -1)
        self.row.sent_at, self.row.segments = None, None


def count(outcomes: Iterable[Outcome]) -> None:
    """Tell the log and the counters of `outcomes`, once they are noted."""
    for outcome in outcomes:
        claimed = outcome.claimed
        if isinstance(outcome.result, str):
            metrics.messages.labels(claimed.channel, claimed.kind, State.SENT).inc()
            log.info("message_sent", row=claimed.message.row_id, channel=claimed.channel)
        else:
            reason, code = type(outcome.result).__name__, outcome.result.code
            metrics.troubles.labels(claimed.channel, reason).inc()
            log.info("message_not_sent", row=claimed.message.row_id, reason=reason, code=code)
