"""Claiming: what may go now is leased to one worker. Who claims for a channel does so alone, so all counts hold."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.delivery import metrics
from core.delivery.admission import REPEATED, Admission, Claimed, can_be_resolved
from core.delivery.composing import Compose
from core.delivery.due import Due, Look, Walk, hold_unasked
from core.delivery.history import History
from core.delivery.openness import Openness, openness
from core.delivery.outbox import PRIORITIES
from core.delivery.rates import allowance
from core.delivery.sender import Sender
from core.delivery.usage import Ledger
from core.settings import Settings

log = structlog.get_logger(__name__)

_FIRST, _LAST = min(PRIORITIES.values()), max(PRIORITIES.values())
_LAST_REPEATED = max(PRIORITIES[kind] for kind in REPEATED)


@dataclass(frozen=True)
class Claims:
    """What was claimed; whether there is more to look at already; else when more may be sent at the earliest."""

    claimed: list[Claimed]
    more: bool = False
    wait: timedelta = timedelta()


class Claimer:
    """Claims for one sender; remembers only its place among the rows."""

    def __init__(self, sender: Sender, vault: Vault, settings: Settings, compose: Compose, rate: float | None) -> None:
        """`rate`: messages a second, all workers together; None: no limit of ours."""
        self._channel, self._capabilities = sender.channel, sender.capabilities
        self._vault = vault
        self._settings = settings
        self._compose = compose
        self._rate = rate
        self._repeated = Walk(_FIRST, _LAST_REPEATED)
        self._others = Walk(_LAST_REPEATED + 1, _LAST)
        self._told_on: date | None = None

    def claim(
        self,
        session: Session,
        ledger: Ledger,
        waiting: frozenset[int],
        room: int,
        under_way: Collection[Claimed],
        now: datetime,
        machine_now: datetime,
    ) -> Claims:
        """Claim at most `room` messages of the priorities `waiting`, beside those `under_way`; what they cost goes into
        `ledger`.

        Raises core.delivery.admission.Uncomposable where composing one broke the transaction.
        """
        allowed = allowance(session, self._channel, self._rate, machine_now)
        how = openness(session, ledger, self._settings, self._capabilities, now)
        self._tell(how, now)
        look = Look(self._channel, now, machine_now, waiting, answers_only=how.opens_at is not None)
        held = hold_unasked(session, look, how.opens_at) if how.opens_at else 0
        most = int(min(room, allowed.tokens))
        if most < 1:
            return Claims([], wait=allowed.wait)
        rows = self._rows(session, look, most, under_way)
        admission = Admission(
            session, ledger, self._vault, self._settings, self._compose, self._capabilities, how.money_left,
            History(session, {contact.id for _, contact in rows}, now, machine_now), now, machine_now,
        )  # fmt: skip
        taken = [admission.take(row, contact) for row, contact in rows]
        claimed = [one for one in taken if one is not None]
        if claimed:
            allowed.spend(len(claimed), machine_now)
        return Claims(claimed, more=bool(rows or held) or not self._is_through(look))

    def _rows(self, session: Session, look: Look, most: int, under_way: Collection[Claimed]) -> list[Due]:
        """At most `most` rows, in order. Of those that are sent again though they may have been taken, one at a time
        where nobody can be asked: so a worker that dies doubles one at the most."""
        rows: list[Due] = []
        if can_be_resolved(self._capabilities):
            rows = self._repeated.rows(session, look, most)
        elif not any(claimed.kind in REPEATED for claimed in under_way):
            rows = self._repeated.rows(session, look, 1)
        if len(rows) < most and not look.answers_only:
            rows += self._others.rows(session, look, most - len(rows))
        mine = {claimed.message.row_id for claimed in under_way}
        return [(row, contact) for row, contact in rows if row.id not in mine]

    def _is_through(self, look: Look) -> bool:
        return self._repeated.ended and (look.answers_only or self._others.ended)

    def _tell(self, how: Openness, now: datetime) -> None:
        if self._capabilities.in_segments:
            metrics.budget_reached.set(how.is_spent)
        today = now.astimezone(self._settings.timezone).date()
        if how.is_spent and self._told_on != today:
            log.warning("budget_reached", channel=self._channel, day=str(today))
            self._told_on = today
