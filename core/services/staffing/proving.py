"""Proof that it is the member of staff who acts: by SMS, whose sender can be forged, a code goes back to the registered
number for each act."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.delivery import outbox
from core.domain.enrolment import Enrolment
from core.domain.staff_chat import ActCode, StaffInvite
from core.services import quotas
from core.services.acting import Actor
from core.services.notices.copying import phone_of_staff
from core.texts import _

VALID_FOR = timedelta(minutes=10)
CODE_LENGTH = 6
WRONG_TRIES = 5
CODES_A_DAY = 60

Act = Sequence[str | int]


def send_code(session: Session, vault: Vault, actor: Actor, contact_id: int, act: Act, now: datetime) -> bool:
    """Send a code for this one act, asked for from the contact, to the actor's registered phone; False where sixty went
    there today."""
    whose = str(actor.staff_id).encode()
    if quotas.is_used_up(session, vault, "act_codes", whose, CODES_A_DAY, now):
        return False
    quotas.spend(session, vault, "act_codes", whose, now)
    code = f"{secrets.randbelow(10**CODE_LENGTH):0{CODE_LENGTH}}"
    code_hash, until = _hash(vault, contact_id, act, code), now + VALID_FOR
    session.merge(ActCode(contact_id=contact_id, code_hash=code_hash, expires_at=until, wrong_tries=0))
    phone = phone_of_staff(session, vault, actor.staff_id, now)
    fields = {"code": code}
    outbox.enqueue(
        session, vault, contact_id=phone.id, text_key=_("work.code"), fields=fields, now=now, expires_at=until
    )
    return True


def take_code(session: Session, vault: Vault, contact_id: int, act: Act, code: str, now: datetime) -> bool | None:
    """Whether `code` confirms the act, which it does once; None where none is waited for any more (out of date, used,
    or tried wrongly five times)."""
    waiting = session.get(ActCode, contact_id, with_for_update=True)
    if waiting is None or now >= waiting.expires_at:
        _forget(session, contact_id)
        return None
    if hmac.compare_digest(waiting.code_hash, _hash(vault, contact_id, act, code)):
        _forget(session, contact_id)
        return True
    waiting.wrong_tries += 1
    if waiting.wrong_tries >= WRONG_TRIES:
        _forget(session, contact_id)
        return None
    return False


def _hash(vault: Vault, contact_id: int, act: Act, code: str) -> bytes:
    return vault.lookup("act_code", json.dumps([contact_id, list(act), code], ensure_ascii=False))


def _forget(session: Session, contact_id: int) -> None:
    session.execute(delete(ActCode).where(ActCode.contact_id == contact_id))


def forget_staff_codes(session: Session, now: datetime) -> int:
    """Delete the invitations and codes that are out of date, and enrolments to which nobody has consented; how many."""
    over = (
        delete(StaffInvite).where(StaffInvite.expires_at <= now),
        delete(ActCode).where(ActCode.expires_at <= now),
        delete(Enrolment).where(Enrolment.expires_at <= now, Enrolment.consented_at.is_(None)),
    )
    return sum(session.execute(each).rowcount for each in over)  # type: ignore[attr-defined]
