"""The sender's loop: claim and commit, call the providers with no transaction open, settle and commit."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Event

import structlog
from sqlalchemy.orm import Session

from core import heartbeat
from core.clock import SchemeClock, machine_now
from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery import due, metrics, rates
from core.delivery.admission import Uncomposable
from core.delivery.claim import Claimer, Claims
from core.delivery.composing import Compose
from core.delivery.ending import put_back
from core.delivery.lane import Lane, Outcomes
from core.delivery.outbox import OutboxRow
from core.delivery.sender import MOST_AT_ONCE, Sender
from core.delivery.settle import Outcome, count, settle
from core.delivery.usage import Ledger
from core.errors import Unavailable
from core.settings import Settings

log = structlog.get_logger(__name__)

# Between two looks for new rows while others are under way.
LONGEST_LOOK = timedelta(seconds=0.5)
# Seconds that an outcome may wait for others to be settled with.
LONGEST_UNSETTLED = 0.05
BEAT_EVERY = timedelta(seconds=5)
GRACE_SECONDS = 25.0


# Between two rounds, so that whoever waits for the process's one connection gets it.
BREATH_SECONDS = 0.005


class Loop:
    """Sends what waits in the outbox over the senders it was given.

    Each round is one transaction: what came back is settled, and as much is claimed as there are threads free to send
    it. So a worker that is killed leaves no more in doubt than it was sending, and messages that end together share
    one commit.
    """

    def __init__(
        self,
        sessions: Sessions,
        vault: Vault,
        clock: SchemeClock,
        settings: Settings,
        senders: Iterable[Sender],
        compose: Compose,
        *,
        rate_of: Mapping[str, float] | None = None,
        at_once: int = MOST_AT_ONCE,
        machine_clock: Callable[[], datetime] = machine_now,
    ) -> None:
        """`rate_of`: messages a second by channel; a channel that is missing has no limit. `at_once`: how many requests
        are under way over each channel; 0: one, made by the caller's own thread."""
        self._sessions = sessions
        self._clock = clock
        self._machine_clock = machine_clock
        self._back: Outcomes = queue.SimpleQueue()
        self._fresh: list[Outcome] = []
        self._unsettled: list[Outcome] = []
        self._pauses: dict[str, timedelta] = {}
        self._beat_at: datetime | None = None
        self._wait = timedelta()
        self._is_through = True
        self._lanes = {
            sender.channel: Lane(
                sender,
                Claimer(sender, vault, settings, compose, (rate_of or {}).get(sender.channel)),
                self._back,
                at_once,
                machine_clock,
            )
            for sender in sorted(senders, key=lambda sender: sender.channel)
        }
        self._capabilities = {channel: lane.sender.capabilities for channel, lane in self._lanes.items()}

    def run(self, stop: Event, pause: float = 1.0) -> None:
        """Send until `stop` is set, then settle what is under way. Looks again every `pause` seconds when nothing waits
        or the database is away."""
        while not stop.is_set():
            if not self._step_or_tell():
                stop.wait(min(pause, self._wait.total_seconds() or pause))
            else:
                stop.wait(BREATH_SECONDS)
        self._finish(pause)

    def step(self) -> bool:
        """One round; False where nothing is under way and nothing waits that may go now.

        Raises Unavailable where the database is away; what came back is kept for the next round.
        """
        self._collect()
        claims = self._round(claiming=True)
        for channel, some in claims.items():
            for claimed in some.claimed:
                self._lanes[channel].submit(claimed)
        waits = [some.wait for some in claims.values() if some.wait]
        self._wait = min(waits, default=timedelta())
        self._is_through = not any(some.more and self._lanes[channel].room for channel, some in claims.items())
        return bool(self._is_busy or not self._is_through or any(some.claimed for some in claims.values()))

    def _step_or_tell(self) -> bool:
        try:
            return self.step()
        except Unavailable:
            log.warning("outbox_unavailable")
        except Exception:  # the outermost loop: whatever it is, the next round may do better
            log.error("round_failed", exc_info=True)
        return False

    @property
    def _is_busy(self) -> bool:
        return any(lane.under_way for lane in self._lanes.values()) or not self._back.empty()

    def _collect(self) -> None:
        """Take what has come back; wait for it, though not for long, where there is nothing else to do."""
        longest = min(self._wait or LONGEST_LOOK, LONGEST_LOOK).total_seconds()
        with suppress(queue.Empty):
            self._take(self._back.get(block=self._is_through and self._is_busy, timeout=longest))
            settle_by = time.monotonic() + LONGEST_UNSETTLED
            while True:
                # As long as all threads have work there is time to let more messages share the commit.
                longest = settle_by - time.monotonic()
                is_early = longest > 0 and all(lane.is_well_supplied for lane in self._lanes.values() if lane.under_way)
                self._take(self._back.get(block=is_early, timeout=max(longest, 0)))
        for channel, lane in self._lanes.items():
            pause = lane.slowing.note([one for one in self._fresh if one.claimed.channel == channel])
            if pause is not None:
                self._pauses[channel] = pause
        self._unsettled += self._fresh
        self._fresh = []

    def _take(self, outcome: Outcome) -> None:
        del self._lanes[outcome.claimed.channel].under_way[outcome.claimed.message.row_id]
        self._fresh.append(outcome)

    def _round(self, *, claiming: bool) -> dict[str, Claims]:
        """One transaction; it forgets what came back only once that is safe."""
        now, machine, ledger = self._clock.now(), self._machine_clock(), Ledger()
        claims: dict[str, Claims] = {}
        try:
            with transaction(self._sessions) as session:
                self._beat(session, machine)
                settle(session, ledger, self._unsettled, self._capabilities, now, machine)
                for channel, pause in self._pauses.items():
                    rates.pause(session, channel, pause, machine)
                waiting = due.waiting(session, now) if claiming else frozenset()
                if waiting:
                    claims = {
                        channel: lane.claimer.claim(
                            session, ledger, waiting, lane.room, lane.under_way.values(), now, machine
                        )
                        for channel, lane in self._lanes.items()
                        if lane.room
                    }
                session.flush()
                ledger.write(session)
        except Uncomposable as broken:
            self._put_back(broken, machine)
            return {}
        self._tell()
        return claims

    def _tell(self) -> None:
        """What was noted is safe now: the log and the counters may know, and it need not be noted again."""
        count(self._unsettled)
        for channel, pause in self._pauses.items():
            metrics.pauses.labels(channel).inc()
            log.warning("channel_pauses", channel=channel, seconds=pause.total_seconds())
        self._unsettled, self._pauses = [], {}

    def _beat(self, session: Session, machine: datetime) -> None:
        if self._beat_at is None or abs(machine - self._beat_at) >= BEAT_EVERY:
            heartbeat.beat(session, "sender", machine)
            self._beat_at = machine

    def _put_back(self, broken: Uncomposable, machine: datetime) -> None:
        log.error("message_broken", row=broken.row_id, exc_info=broken.__cause__)
        with transaction(self._sessions) as session:
            row = session.get(OutboxRow, broken.row_id, with_for_update=True)
            if row is not None:
                put_back(row, type(broken.__cause__).__name__, machine)

    def _finish(self, pause: float) -> None:
        """Wait for what is under way and settle it, also where the database is away for a moment."""
        deadline = time.monotonic() + GRACE_SECONDS
        self._is_through, self._wait = True, timedelta()
        while (self._is_busy or self._unsettled) and time.monotonic() < deadline:
            self._collect()
            try:
                self._round(claiming=False)
            except Unavailable:
                log.warning("outbox_unavailable")
                time.sleep(pause)
        for lane in self._lanes.values():
            lane.close()
