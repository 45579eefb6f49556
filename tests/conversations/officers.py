"""The officers of a story: who decides the case that was raised last."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.domain.case import Case
from core.domain.staff import Role, Staff
from core.services.acting import Actor
from core.services.cases.deciding import Verdict, decide, take

PHONE = "+8613907310099"


def decide_last(session: Session, vault: Vault, verdict: str, reason: str, now: datetime) -> None:
    """Let an officer whose case it is end it so; with `take`, let him only take it under review."""
    case = session.scalars(select(Case).order_by(Case.id.desc()).limit(1)).one()
    officer = Staff(
        name=vault.seal(Staff.name, "周建明"),
        role=Role.OFFICER,
        area_id=case.office_id,
        phone=vault.seal(Staff.phone, PHONE),
        phone_hash=vault.lookup("staff_phone", f"{PHONE} {case.id} {verdict}"),
    )
    session.add(officer)
    session.flush()
    actor = Actor(officer.id, Role.OFFICER, case.office_id)
    if verdict == "take":
        take(session, vault, case.id, actor, now)
    else:
        decide(session, vault, case.id, Verdict(verdict), actor, reason, now)
