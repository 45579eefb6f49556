"""Admission: what one due row is in for, at the moment of sending: leased and composed, put off, put back, or ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.delivery import metrics
from core.delivery.composing import Compose, outgoing, segments_with_signature
from core.delivery.ending import end, is_in_doubt, put_back, put_off
from core.delivery.fallback import fall_back
from core.delivery.history import A_DAY, History, Sent
from core.delivery.outbox import IN_DOUBT, MessageKind, OutboxRow, State
from core.delivery.quiet_hours import next_day
from core.delivery.sender import Capabilities, Dropped, Outgoing
from core.delivery.usage import Charge, Ledger, price
from core.domain.contact import Contact
from core.errors import JiangfuError, KeysError
from core.settings import Settings

log = structlog.get_logger(__name__)

# What is rather said twice than never: it is sent again although it may have been taken.
REPEATED = frozenset({MessageKind.ANSWER, MessageKind.DECISION})


class Uncomposable(JiangfuError):
    """Composing a message broke the transaction that was claiming it; the row is put back in another one."""

    def __init__(self, row_id: int) -> None:
        super().__init__()
        self.row_id = row_id


@dataclass(frozen=True)
class Claimed:
    """A message that this worker alone may send until its lease ends, so it begins with the try before `begin_by`
    (machine clock).

    `in_doubt`: an earlier try may have been taken, at `since` (machine clock) or later. `others` are the provider's
    references of other messages to the address. `charge` is what this try added to the day's usage, if it is the first.
    """

    message: Outgoing
    channel: str
    kind: MessageKind
    attempts: int
    begin_by: datetime
    in_doubt: bool
    since: datetime
    others: frozenset[str]
    charge: Charge | None


def can_be_resolved(capabilities: Capabilities) -> bool:
    """Whether a message that may have been taken can be sent again without doubling it."""
    return capabilities.can_ask or capabilities.knows_own_id


@dataclass
class Admission:
    """Decides on the rows of one claim, one after the other. `money_left`: as in Openness."""

    session: Session
    ledger: Ledger
    vault: Vault
    settings: Settings
    compose: Compose
    capabilities: Capabilities
    money_left: int | None
    history: History
    now: datetime
    machine_now: datetime

    def take(self, row: OutboxRow, contact: Contact) -> Claimed | None:
        """Lease `row` and compose its message; None where it is not to go now. Raises Uncomposable."""
        if is_in_doubt(row):
            row.error = IN_DOUBT
        if self._is_ended(row, contact) or self._is_put_off(row):
            return None
        message = self._compose(row, contact)
        return self._lease(row, contact, message) if message is not None else None

    def _compose(self, row: OutboxRow, contact: Contact) -> Outgoing | None:
        try:
            return outgoing(self.session, self.vault, self.compose, row, contact)
        except Dropped as dropped:
            self._end(row, contact, State.CANCELLED, dropped.note)
        except KeysError:
            put_back(row, "keys", self.machine_now)
        except SQLAlchemyError as error:
            raise Uncomposable(row.id) from error
        except Exception as error:  # one text that breaks does not stop all other messages
            log.error("message_broken", row=row.id, exc_info=True)
            put_back(row, type(error).__name__, self.machine_now)
        return None

    def _is_ended(self, row: OutboxRow, contact: Contact) -> bool:
        is_unasked = row.kind is not MessageKind.ANSWER
        if row.error == IN_DOUBT and row.kind not in REPEATED and not can_be_resolved(self.capabilities):
            self._end(row, contact, State.UNKNOWN, IN_DOUBT)
        elif row.expires_at <= self.now:
            self._end(row, contact, State.EXPIRED, row.error)
        elif is_unasked and contact.opted_out_at is not None:
            self._end(row, contact, State.CANCELLED, "opted_out")
        elif contact.stopped_at is not None:
            self._end(row, contact, State.FAILED, contact.stopped_reason or "stopped")
            if row.state is State.FAILED:
                fall_back(self.session, row, self.now)
        else:
            return False
        return True

    def _is_put_off(self, row: OutboxRow) -> bool:
        if self.history.is_busy(row, self.capabilities.between):
            return True  # it is found again by the next look but one, or a second later
        if row.kind is MessageKind.ANSWER or row.sent_at is not None:
            return False
        free_at = self.history.free_at(row, self.settings.unasked_a_day)
        if free_at is not None:
            put_off(row, free_at)
        return free_at is not None

    def _end(self, row: OutboxRow, contact: Contact, state: State, note: str | None) -> None:
        ended = end(row, state, note, self.now)
        metrics.messages.labels(contact.channel, row.kind, ended).inc()
        log.info("message_ended", row=row.id, state=ended, note=row.error)

    def _lease(self, row: OutboxRow, contact: Contact, message: Outgoing) -> Claimed | None:
        charge = None
        if row.sent_at is None:
            charge = self._charge(row, contact, message)
            if row.kind is not MessageKind.ANSWER and self.money_left is not None:
                if charge.cost > self.money_left:
                    put_off(row, next_day(self.now, self.settings))
                    return None
                self.money_left -= charge.cost
            self.ledger.add(charge)
            row.sent_at, row.segments = self.now, charge.segments
        in_doubt, others = row.error == IN_DOUBT, self.history.references(row)
        row.state, row.attempts, row.next_try_at = State.SENDING, row.attempts + 1, None
        lease = timedelta(seconds=self.settings.sender_lease)
        row.lease_until = self.machine_now + lease
        self.history.add(contact.id, Sent(row.id, row.sent_at, row.kind, row.text_key, row.event, under_way=True))
        since = self._machine_time(row.sent_at)
        return Claimed(
            message,
            contact.channel,
            row.kind,
            row.attempts,
            self.machine_now + lease / 2,
            in_doubt,
            since,
            others,
            charge,
        )

    def _charge(self, row: OutboxRow, contact: Contact, message: Outgoing) -> Charge:
        parts = 0
        if self.capabilities.in_segments:
            parts = segments_with_signature(message.text, contact.language, self.settings)
        day = self.now.astimezone(self.settings.timezone).date()
        return Charge(day, contact.channel, row.kind, parts, parts * price(self.settings))

    def _machine_time(self, instant: datetime) -> datetime:
        # The scheme clock may have been moved since then; so a day more, which costs nothing but a longer look.
        return self.machine_now - max(self.now - instant, timedelta()) - A_DAY
