"""Following a case by its number, from any phone: how far it has come, by when an answer is promised, or the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.domain.case import Case, CaseKind, CaseState, Voice
from core.services import attempts
from core.services.cases.raising import number_hash
from core.services.status import Locked


@dataclass(frozen=True)
class Followed:
    """Where a case stands; `reason` is '' until it is decided."""

    kind: CaseKind
    state: CaseState
    entry_number: int | None
    due_on: date
    escalated: bool
    reason: str


def follow(session: Session, vault: Vault, sender: bytes, number: str, now: datetime) -> Followed | None:
    """Where the case with `number` stands; None where there is none, and a wrong try is counted.

    Raises Locked after five wrong tries of `sender` (a keyed hash) within a day, then also for a right number.
    """
    key = vault.lookup("tries.case", sender.hex())
    if attempts.is_locked(session, key, attempts.SENDER_TRIES, now):
        raise Locked
    found = session.scalars(
        select(Case).join(Voice, Voice.case_id == Case.id).where(Voice.number_hash == number_hash(vault, number))
    ).first()
    if attempts.count(session, key, found is None, now) >= attempts.SENDER_TRIES and found is None:
        raise Locked
    return _followed(vault, found) if found else None


def _followed(vault: Vault, case: Case) -> Followed:
    reason = vault.open(Case.reason, case.reason) if case.reason else ""
    return Followed(case.kind, case.state, case.entry_number, case.due_on, case.escalated_at is not None, reason)
