"""Verification: the trail is read from its beginning, and every link, and every head exported before, must be right."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Row, select

from core.audit.trail import AuditEntry, Head, link_of
from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.errors import JiangfuError

BATCH = 1000
_COLUMNS = (
    AuditEntry.sequence, AuditEntry.at, AuditEntry.actor_id, AuditEntry.action, AuditEntry.subject, AuditEntry.detail,
    AuditEntry.link,
)  # fmt: skip


Entry = Row[int, datetime, int | None, str, str, bytes | None, bytes]


class Broken(JiangfuError):
    """The audit trail is not what was written."""


def verify(sessions: Sessions, vault: Vault, exported: Iterable[Head] = ()) -> Head | None:
    """The present head, if the whole trail is what was written; None where it is empty.

    Raises Broken at the first entry that was changed, taken out, put elsewhere, or cut off after a head in `exported`.
    Entries cut off after the last exported head cannot be missed: hence one is exported every day. Reads a short
    transaction a thousand entries, so that a long trail keeps nobody waiting.
    """
    awaited = {(head.sequence, head.link): head for head in exported}
    last: Head | None = None
    while rows := _next(sessions, last.sequence if last else 0):
        for row in rows:
            last = _checked(vault, last, row)
            awaited.pop((last.sequence, last.link), None)
    for head in sorted(awaited.values(), key=lambda head: head.sequence):
        if last is None or head.sequence > last.sequence:
            ends = f"ends at entry {last.sequence}" if last else "is empty"
            raise Broken(f"The audit trail {ends}, but entry {head.sequence} was exported: entries were cut off.")
        raise Broken(f"Entry {head.sequence} of the audit trail is not the one that was exported.")
    return last


def _next(sessions: Sessions, after: int) -> Sequence[Entry]:
    with transaction(sessions) as session:
        query = select(*_COLUMNS).where(AuditEntry.sequence > after).order_by(AuditEntry.sequence).limit(BATCH)
        return session.execute(query).all()


def _checked(vault: Vault, before: Head | None, row: Entry) -> Head:
    sequence, at, actor, action, subject, detail, link = row
    expected = before.sequence + 1 if before else 1
    if sequence != expected:
        raise Broken(f"Entry {expected} of the audit trail is missing.")
    right = link_of(vault, before.link if before else b"", sequence, at, actor, action, subject, detail)
    if not hmac.compare_digest(right, link):
        raise Broken(f"Entry {sequence} of the audit trail was changed, or another stands in its place.")
    return Head(sequence, link, at)
