"""The sender's loop: claim and commit, call the provider with no transaction open, settle and commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Event

import structlog

from core import heartbeat
from core.clock import SchemeClock, machine_now
from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery import outbox
from core.delivery.sender import Outgoing, Sender, SendError, Unreachable
from core.errors import Unavailable

log = structlog.get_logger(__name__)

Render = Callable[[outbox.Claimed], str]


class Loop:
    """Sends what waits in the outbox over the senders it was given."""

    def __init__(
        self, sessions: Sessions, vault: Vault, clock: SchemeClock, senders: Iterable[Sender], render: Render
    ) -> None:
        self._sessions = sessions
        self._vault = vault
        self._clock = clock
        self._senders = {sender.channel: sender for sender in senders}
        self._render = render

    def run(self, stop: Event, pause: float = 1.0) -> None:
        """Send until `stop` is set, looking again every `pause` seconds when nothing waits or the database is away."""
        while not stop.is_set():
            try:
                busy = self.step()
            except Unavailable:
                log.warning("outbox_unavailable")
                busy = False
            if not busy:
                stop.wait(pause)

    def step(self) -> bool:
        """Send one message; False where none waits. Raises Unavailable where the database is away."""
        with transaction(self._sessions) as session:
            heartbeat.beat(session, "sender", machine_now())
            claimed = outbox.claim(session, self._vault, frozenset(self._senders), self._clock.now(), machine_now())
        if claimed is None:
            return False
        try:
            reference = self._send(claimed)
        except SendError as error:
            log.info("message_not_sent", row=claimed.row_id, reason=type(error).__name__, code=error.code)
            with transaction(self._sessions) as session:
                outbox.settle_error(session, claimed, error, self._clock.now(), machine_now())
        else:
            with transaction(self._sessions) as session:
                outbox.settle_sent(session, claimed.row_id, reference)
            log.info("message_sent", row=claimed.row_id, channel=claimed.channel)
        return True

    def _send(self, claimed: outbox.Claimed) -> str:
        try:
            message = Outgoing(claimed.row_id, claimed.address, self._render(claimed))
            return self._senders[claimed.channel].send(message)
        except SendError:
            raise
        except Exception as error:  # the outermost loop: one message that breaks does not stop all others
            log.error("message_broken", row=claimed.row_id, exc_info=True)
            raise Unreachable(type(error).__name__) from error
