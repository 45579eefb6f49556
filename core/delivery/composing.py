"""What a message says: composed at the moment of sending, and marked with the code by which it is known as ours."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.delivery.outbox import MessageKind, OutboxRow
from core.delivery.segments import segments
from core.delivery.sender import Outgoing
from core.domain.contact import Contact, Language
from core.settings import Settings
from core.texts import speaker

# The text of a row for its contact, composed in the claiming transaction. Raises core.delivery.sender.Dropped where it
# makes no sense any more, KeysError where what it tells does not open.
Compose = Callable[[Session, OutboxRow, Contact], str]

CODE_LENGTH = 6


def from_fields(vault: Vault) -> Compose:
    """Composes the catalogue's text of a row with the row's own sealed fields."""

    def compose(_session: Session, row: OutboxRow, contact: Contact) -> str:
        fields = json.loads(vault.open(OutboxRow.fields, row.fields)) if row.fields else {}
        return speaker(contact.language)(row.text_key, **fields)

    return compose


def outgoing(session: Session, vault: Vault, compose: Compose, row: OutboxRow, contact: Contact) -> Outgoing:
    """The message of `row`, whose code is drawn where it has none yet. Raises what `compose` raises, and KeysError
    where the address does not open."""
    address = vault.open(Contact.address, contact.address)
    text = compose(session, row, contact)
    if row.kind is not MessageKind.ANSWER:
        row.code = row.code or f"{secrets.randbelow(10**CODE_LENGTH):0{CODE_LENGTH}}"
        text = speaker(contact.language)("unasked.coded", text=text, code=row.code)
    return Outgoing(row.id, address, text, _own_id(vault, row), row.code)


def _own_id(vault: Vault, row: OutboxRow) -> str:
    # The row's number alone would come back once a database is set up anew.
    return str(UUID(bytes=vault.lookup("outgoing", f"{row.id}@{row.created_at.timestamp()}")[:16]))


def segments_with_signature(text: str, language: Language, settings: Settings) -> int:
    """How many SMS parts `text` takes with the signature that the carrier puts before it."""
    signature = settings.sms_signature if language is Language.CHINESE else settings.sms_signature_en
    return segments(signature + text)
