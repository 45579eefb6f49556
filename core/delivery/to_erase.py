"""What is to be erased at the provider, in memory for as long as its id could still open the answer to it."""

from __future__ import annotations

import atexit
import time
import weakref
from collections.abc import Callable, Collection
from datetime import datetime
from threading import Lock, Thread

import structlog

from core.clock import machine_now
from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.erasing import ask_to_erase
from core.delivery.inbox import KEPT_FOR, forget_answer
from core.errors import KeysError, Unavailable

log = structlog.get_logger(__name__)

LOOK_EVERY = 15.0  # seconds


class ToErase:
    """Provider's ids of messages. They are written down when the answers to them are gone: who stole the database
    sooner would otherwise hold an answer and the id that opens it. A process that ends writes down what it has, and
    destroys those answers with it."""

    def __init__(
        self, sessions: Sessions, vault: Vault, channel: str, clock: Callable[[], datetime] = machine_now
    ) -> None:
        self._sessions, self._vault, self._channel, self._clock = sessions, vault, channel, clock
        self._lock = Lock()
        self._since: dict[str, datetime] = {}
        self._thread: Thread | None = None

    def add(self, provider_id: str) -> None:
        """Have the message with that id erased, ten minutes from now."""
        with self._lock:
            self._since.setdefault(provider_id, self._clock())
            if self._thread is None:
                me = weakref.ref(self)
                self._thread = Thread(target=_look, args=(me,), daemon=True)
                self._thread.start()
                atexit.register(_end, me)

    def write_due(self) -> int:
        """Write down what was added ten minutes ago; how many there were. Raises Unavailable, KeysError."""
        now = self._clock()
        return self._write([ref for ref, since in self._copy().items() if now - since > KEPT_FOR])

    def write_all(self) -> int:
        """Write down everything, and destroy the answers that it would open. Raises Unavailable, KeysError."""
        return self._write(self._copy())

    def _write(self, refs: Collection[str]) -> int:
        if not refs:
            return 0
        with transaction(self._sessions) as session:
            for ref in refs:
                forget_answer(session, self._vault, f"{self._channel}:{ref}")
            ask_to_erase(session, self._vault, refs)
        with self._lock:
            for ref in refs:
                self._since.pop(ref, None)
        return len(refs)

    def _copy(self) -> dict[str, datetime]:
        with self._lock:
            return dict(self._since)


def _look(me: weakref.ref[ToErase]) -> None:
    """Look again and again, as long as somebody holds the object."""
    while True:
        time.sleep(LOOK_EVERY)
        held = me()
        if held is None:
            return
        try:
            held.write_due()
        except (Unavailable, KeysError):
            log.warning("not_written_yet")
        del held


def _end(me: weakref.ref[ToErase]) -> None:
    if held := me():
        try:
            held.write_all()
        except (Unavailable, KeysError):
            log.warning("not_written_yet")
