"""What addresses had from us within a day: how many unasked messages, how often the same one, and when the last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from core.db import Instant
from core.delivery.outbox import MessageKind, OutboxRow, State

A_DAY = timedelta(hours=24)
# Chinese carriers refuse the third identical text to a number within 24 hours.
SAME_TEXT_A_DAY = 2

_SENT = select(
    OutboxRow.id,
    OutboxRow.contact_id,
    OutboxRow.sent_at,
    OutboxRow.kind,
    OutboxRow.state,
    OutboxRow.lease_until,
    OutboxRow.text_key,
    OutboxRow.event,
    OutboxRow.provider_ref,
).where(
    OutboxRow.contact_id.in_(bindparam("contacts", expanding=True)),
    OutboxRow.sent_at > bindparam("since", type_=Instant()),
)


@dataclass(frozen=True)
class Sent:
    """One message that an address had, or is just getting. `sent_at` goes by the scheme clock."""

    row_id: int
    sent_at: datetime
    kind: MessageKind
    text_key: str
    event: str | None
    under_way: bool = False
    provider_ref: str | None = None


class History:
    """What each of some addresses had within a day before now. A clock set back leaves messages in the time to come:
    they count as well, for the carrier counts by a clock of its own."""

    def __init__(self, session: Session, contacts: Collection[int], now: datetime, machine_now: datetime) -> None:
        self._now = now
        self._sent: defaultdict[int, list[Sent]] = defaultdict(list)
        if contacts:
            found = session.execute(_SENT, {"contacts": list(contacts), "since": now - A_DAY})
            for row_id, contact_id, sent_at, kind, state, lease, text_key, event, ref in found:
                under_way = state is State.SENDING and lease is not None and lease > machine_now
                self.add(contact_id, Sent(row_id, sent_at or now, kind, text_key, event, under_way, ref))

    def add(self, contact_id: int, sent: Sent) -> None:
        """Count a message that goes now."""
        self._sent[contact_id].append(sent)

    def references(self, row: OutboxRow) -> frozenset[str]:
        """The provider's references of the other messages to the address of `row`."""
        refs = (sent.provider_ref for sent in self._sent[row.contact_id] if sent.row_id != row.id)
        return frozenset(ref for ref in refs if ref)

    def is_busy(self, row: OutboxRow, between: timedelta) -> bool:
        """Whether a message to the same address is under way, or went less than `between` ago."""
        others = (sent for sent in self._sent[row.contact_id] if sent.row_id != row.id)
        return any(sent.under_way or abs(self._now - sent.sent_at) < between for sent in others)

    def free_at(self, row: OutboxRow, unasked_a_day: int) -> datetime | None:
        """When the address may have one more unasked message as `row` is; None: now."""
        unasked = [s for s in self._sent[row.contact_id] if s.kind is not MessageKind.ANSWER and s.row_id != row.id]
        same = [s for s in unasked if (s.text_key, s.event) == (row.text_key, row.event)]
        frees = [_free_at(unasked, unasked_a_day), _free_at(same, SAME_TEXT_A_DAY)]
        return max((instant for instant in frees if instant), default=None)


def _free_at(sent: list[Sent], most: int) -> datetime | None:
    if len(sent) < most:
        return None
    return sorted((s.sent_at for s in sent), reverse=True)[most - 1] + A_DAY
