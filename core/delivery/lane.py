"""A lane: one sender with its threads, what it has under way, and what it learned of its provider."""

from __future__ import annotations

import queue
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import structlog

from core.delivery.admission import Claimed, can_be_resolved
from core.delivery.claim import Claimer
from core.delivery.sender import Sender, SendError, Unanswered
from core.delivery.settle import Outcome
from core.delivery.slowing import Slowing

log = structlog.get_logger(__name__)

Outcomes = queue.SimpleQueue[Outcome]


class Lane:
    """Hands messages to one sender, several at once; each outcome comes back through a queue."""

    def __init__(
        self, sender: Sender, claimer: Claimer, outcomes: Outcomes, at_once: int, clock: Callable[[], datetime]
    ) -> None:
        """`at_once`: how many requests may be under way; 0: each is made by the caller's own thread, for tests.
        `clock`: the machine's."""
        self.sender = sender
        self.claimer = claimer
        self.slowing = Slowing()
        self.under_way: dict[int, Claimed] = {}
        self._outcomes = outcomes
        self._at_once = at_once
        self._clock = clock
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix=sender.channel) if at_once else None
        # A few more than there are threads, so that none waits for the next claim; but where nobody can be asked each
        # that a killed worker leaves is lost.
        self._most = at_once + at_once // 2 if can_be_resolved(sender.capabilities) else max(at_once, 1)

    @property
    def room(self) -> int:
        """How many more messages it may take on now."""
        most = 1 if self.slowing.is_wary else max(self._most, 1)
        return max(0, most - len(self.under_way))

    @property
    def is_well_supplied(self) -> bool:
        """Whether every thread has something to send, and something more waits."""
        return len(self.under_way) > self._at_once > 0

    def submit(self, claimed: Claimed) -> None:
        """Send what was claimed."""
        self.under_way[claimed.message.row_id] = claimed
        if self._pool is None:
            self._outcomes.put(self._try(claimed))
        else:
            self._pool.submit(lambda: self._outcomes.put(self._try(claimed)))

    def close(self) -> None:
        """End its threads. What is still under way is left to itself, in doubt."""
        if self._pool is not None:
            self._pool.shutdown(wait=not self.under_way)

    def _try(self, claimed: Claimed) -> Outcome:
        asked = False
        try:
            if claimed.in_doubt and self.sender.capabilities.can_ask:
                found = self._find(claimed)
                if found is not None:
                    return Outcome(claimed, found)
            asked = True
            # A worker that was stopped for long may have lost its lease to another one.
            if self._clock() > claimed.begin_by:
                return Outcome(claimed, Unanswered("late"), only_asked=True)
            return Outcome(claimed, self.sender.send(claimed.message))
        except SendError as error:
            return Outcome(claimed, error, only_asked=not asked)
        except Exception as error:  # a mistake of ours, or an answer that nobody foresaw: it may have been taken
            log.error("sender_broken", row=claimed.message.row_id, exc_info=True)
            return Outcome(claimed, Unanswered(type(error).__name__), only_asked=not asked)

    def _find(self, claimed: Claimed) -> str | None:
        """The provider's reference of an earlier try that it took; of those that it names, one that is no other's."""
        references = self.sender.find(claimed.message, claimed.since)
        return next((reference for reference in references if reference not in claimed.others), None)
