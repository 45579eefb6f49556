"""Is this really from you? A message is found by the six digits that stand in it."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.delivery.composing import CODE_LENGTH
from core.delivery.outbox import OutboxRow
from core.services import attempts, quotas
from core.services.status import Locked

# Codes come back after a while; what is older is asked about at the office.
KNOWN_FOR = timedelta(days=180)
# How many codes of other people's messages one sender may ask about in a day.
OTHERS_A_DAY = 20
# What carries a code of its own, to prove something with.
WITH_CODES = ("link.code", "work.code", "enrol.code")
LINKED_FOR = timedelta(days=1)
_QUOTED = re.compile(rf"验\s*(\d{{{CODE_LENGTH}}})(?!\d)|\((\d{{{CODE_LENGTH}}})\)\s*$")


def quoted_code(text: str) -> str | None:
    """The code of a message of ours, or of one that looks so, that `text` is; None where it holds none."""
    found = _QUOTED.search(text)
    return (found[1] or found[2]) if found else None


def message_with(
    session: Session, vault: Vault, sender: bytes, contact_id: int | None, code: str, now: datetime
) -> OutboxRow | None:
    """The message with that code: the asker's own (`contact_id`), else the last that went to anybody; None where we
    have sent none. Raises Locked where `sender` (a keyed hash) has tried five wrong codes within a day, or asked about
    twenty messages of other people."""
    key = vault.lookup("tries.code", sender.hex())
    if attempts.is_locked(session, key, attempts.SENDER_TRIES, now):
        raise Locked
    went = OutboxRow.code == code, OutboxRow.sent_at > now - KNOWN_FOR
    own_first = (OutboxRow.contact_id == (contact_id or 0)).desc()
    row = session.scalars(select(OutboxRow).where(*went).order_by(own_first, OutboxRow.sent_at.desc()).limit(1)).first()
    row = row or _own_proof(session, vault, contact_id, code, now)
    if row is None:
        attempts.count(session, key, True, now)
    elif row.contact_id != contact_id:
        if quotas.is_used_up(session, vault, "codes", sender, OTHERS_A_DAY, now):
            raise Locked
        quotas.spend(session, vault, "codes", sender, now)
    return row


def _own_proof(session: Session, vault: Vault, contact_id: int | None, code: str, now: datetime) -> OutboxRow | None:
    """The message to the asker that told him this code to prove something with: it has no other."""
    mine = OutboxRow.contact_id == contact_id, OutboxRow.text_key.in_(WITH_CODES), OutboxRow.sent_at > now - LINKED_FOR
    for row in session.scalars(select(OutboxRow).where(*mine)):
        if row.fields and json.loads(vault.open(OutboxRow.fields, row.fields)).get("code") == code:
            return row
    return None
