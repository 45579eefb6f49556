"""Slowing down: a provider that asks for it, or is ill, is left alone for a while, and then tried with one message.

Without it an outage would use up the patience of one message after another, and where nobody can be asked, the
messages themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from core.delivery.sender import SendError, Throttled
from core.delivery.settle import Outcome

TROUBLES = 3
LONGEST_PAUSE = timedelta(minutes=1)


class Slowing:
    """What one worker learned of one channel from its last tries."""

    def __init__(self) -> None:
        self._troubles = 0
        self._pauses = 0

    @property
    def is_wary(self) -> bool:
        """Whether the channel was ill when last seen: then one message at a time."""
        return self._pauses > 0

    def note(self, outcomes: Sequence[Outcome]) -> timedelta | None:
        """Take notice of `outcomes`; how long the channel is to pause now, None for not at all."""
        waits = [self._note(outcome.result) for outcome in outcomes]
        return max((wait for wait in waits if wait is not None), default=None)

    def _note(self, result: str | SendError) -> timedelta | None:
        if isinstance(result, Throttled):
            return result.wait or self._growing_pause()
        if isinstance(result, str) or not result.retry:
            self._troubles = self._pauses = 0
            return None
        self._troubles += 1
        return self._growing_pause() if self._troubles >= TROUBLES else None

    def _growing_pause(self) -> timedelta:
        self._troubles, self._pauses = 0, self._pauses + 1
        return min(timedelta(seconds=2 ** min(self._pauses - 1, 10)), LONGEST_PAUSE)
