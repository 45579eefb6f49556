"""Linking a chat to a person: a code goes to the registered phone, and comes back through the chat."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.delivery import outbox
from core.domain.contact import LinkCode
from core.services import attempts
from core.services.contacts import link, phone_of
from core.texts import _

VALID_FOR = timedelta(minutes=10)
WRONG_TRIES = 5
CODES_A_DAY = 3
CODE_LENGTH = 6


def send_code(session: Session, vault: Vault, contact_id: int, person_id: int, now: datetime) -> bool:
    """Put a code for the registered phone of the person into the outbox; False where there is no phone that works, or
    three were sent for this person within the day."""
    phone = phone_of(session, person_id)
    key = vault.lookup("link_codes", str(person_id))
    if phone is None or attempts.is_locked(session, key, CODES_A_DAY, now):
        return False
    attempts.count(session, key, True, now)
    code = f"{secrets.randbelow(10**CODE_LENGTH):0{CODE_LENGTH}}"
    code_hash = vault.lookup("link_code", f"{contact_id}:{code}")
    expires_at = now + VALID_FOR
    session.merge(
        LinkCode(contact_id=contact_id, person_id=person_id, code_hash=code_hash, expires_at=expires_at, wrong_tries=0)
    )
    outbox.enqueue(
        session, vault, contact_id=phone, text_key=_("link.code"), fields={"code": code}, now=now, expires_at=expires_at
    )
    return True


def take_code(session: Session, vault: Vault, contact_id: int, code: str, now: datetime) -> bool | None:
    """Link the chat if `code` is the one that was sent; False where it is wrong, None where no code is waited for
    (never sent, out of date, or tried wrongly five times)."""
    waiting = session.get(LinkCode, contact_id)
    if waiting is None:
        return None
    if now >= waiting.expires_at:
        _forget(session, contact_id)
        return None
    if hmac.compare_digest(waiting.code_hash, vault.lookup("link_code", f"{contact_id}:{code}")):
        link(session, contact_id, waiting.person_id, "code", now)
        _forget(session, contact_id)
        return True
    waiting.wrong_tries += 1
    if waiting.wrong_tries >= WRONG_TRIES:
        _forget(session, contact_id)
        return None
    return False


def _forget(session: Session, contact_id: int) -> None:
    session.execute(delete(LinkCode).where(LinkCode.contact_id == contact_id))


def forget_codes(session: Session, now: datetime) -> int:
    """Delete the codes that are out of date; how many."""
    over = delete(LinkCode).where(LinkCode.expires_at <= now)
    return session.execute(over).rowcount  # type: ignore[attr-defined,no-any-return]
