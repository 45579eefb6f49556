"""Messages for `bench dispatch`: a notice for each of many invented people, so many of them due each minute."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import insert

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import PRIORITIES, MessageKind, OutboxRow
from core.delivery.sender import Outgoing
from core.domain.contact import Language
from core.texts import speaker
from desk.bench.register import BATCH, fill, phone_of

TEXT, FIELDS = "link.code", '{"code": "123456"}'
MINUTE = timedelta(minutes=1)


def write(sessions: Sessions, vault: Vault, recipients: int, a_minute: int, first: datetime) -> None:
    """Write a register of `recipients` and a notice for each, `a_minute` of them due at `first`, as many a minute on,
    and so forth."""
    fill(sessions, vault, recipients)
    for start in range(0, recipients, BATCH):
        rows = [
            {
                "contact_id": n + 1,
                "person_id": n + 1,
                "kind": MessageKind.NOTICE,
                "priority": PRIORITIES[MessageKind.NOTICE],
                "text_key": TEXT,
                "event": "bench",
                "fields": vault.seal(OutboxRow.fields, FIELDS),
                "created_at": first,
                "not_before": first + n // a_minute * MINUTE,
                "expires_at": first + timedelta(days=30),
            }
            for n in range(start, min(start + BATCH, recipients))
        ]
        with transaction(sessions) as session:
            session.execute(insert(OutboxRow), rows)


def bare(number: int) -> Outgoing:
    """The like of one of these messages, ready to be sent by itself."""
    say, code = speaker(Language.CHINESE), f"{number % 10**6:06}"
    return Outgoing(number + 1, phone_of(number), say("unasked.coded", text=say(TEXT, code="123456"), code=code))
