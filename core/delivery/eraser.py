"""The eraser: has the provider delete its records, those of the erasures at once and all others after some hours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from threading import Event
from typing import Protocol

import structlog

from core.clock import machine_now
from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.erasing import due_erasures, note_erased, note_refused
from core.delivery.sender import SendError
from core.errors import Unavailable

log = structlog.get_logger(__name__)

SWEEP_EVERY = timedelta(hours=1)


class Erases(Protocol):
    """A way to have a provider forget messages."""

    def erase(self, provider_ref: str) -> None:
        """Delete the provider's record; none is as good as deleted. Raises SendError: it is there still."""
        ...

    def older_than(self, before: datetime) -> Sequence[str]:
        """Some of the messages, either way, that the provider has kept since before then. Raises SendError."""
        ...


class Eraser:
    """Tries what is due until the provider confirms it. Two may run at once: a second deletion finds nothing."""

    def __init__(
        self,
        sessions: Sessions,
        vault: Vault,
        erases: Erases,
        kept_for: timedelta | None,
        clock: Callable[[], datetime] = machine_now,
    ) -> None:
        """`kept_for`: after so long every record goes, also what a killed process had no time to write down; None:
        only what was asked for."""
        self._sessions, self._vault, self._erases = sessions, vault, erases
        self._kept_for, self._clock = kept_for, clock
        self._swept_at: datetime | None = None

    def run(self, stop: Event, pause: float = 5.0) -> None:
        """Erase until `stop` is set; look again every `pause` seconds when nothing is due."""
        while not stop.is_set():
            try:
                is_done = not self.step()
                self.sweep()
            except Unavailable:
                is_done = True
            if is_done:
                stop.wait(pause)

    def step(self) -> bool:
        """Try what is due; whether there was anything. Raises Unavailable where the database is away."""
        with transaction(self._sessions) as session:
            due = due_erasures(session, self._vault, self._clock())
        refused = [each for each in due if not self._erase(each.provider_ref)]
        if due:
            with transaction(self._sessions) as session:
                note_erased(session, [each for each in due if each not in refused])
                note_refused(session, refused, self._clock())
        return bool(due)

    def sweep(self) -> int:
        """Delete old records, once an hour; how many went."""
        now = self._clock()
        if self._kept_for is None or (self._swept_at is not None and now - self._swept_at < SWEEP_EVERY):
            return 0
        try:
            old = self._erases.older_than(now - self._kept_for)
        except SendError:
            self._swept_at = now
            return 0
        erased = sum(self._erase(ref) for ref in old)
        if not erased:  # the next page of many comes with the next round
            self._swept_at = now
        return erased

    def _erase(self, provider_ref: str) -> bool:
        try:
            self._erases.erase(provider_ref)
        except SendError:
            return False
        return True
