"""What the tests of deciding share: a phone that wrote, what waits for whom, and an officer who ends the case."""

from __future__ import annotations

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.delivery.outbox import OutboxRow
from core.domain.contact import Contact, Language
from core.services.acting import Actor
from core.services.cases.deciding import Verdict, decide
from core.services.contacts import address_hash
from tests.core.services.cases.conftest import PHONE, Posted, officer, only_case
from tests.stopped_clock import MID_MAY

REASON = "现有两女一儿，不符合这一条。"


def contact(session: Session, vault: Vault, phone: str = PHONE) -> int:
    """A phone that has written before; its id."""
    row = Contact(
        channel="sms",
        address=vault.seal(Contact.address, phone),
        address_hash=address_hash(vault, "sms", phone),
        language=Language.CHINESE,
        introduced_at=MID_MAY,
    )
    session.add(row)
    session.flush()
    return row.id


def told(session: Session, vault: Vault) -> list[tuple[str, int | None, str]]:
    """What waits in the outbox: text, person (None: a voice), reason; but for who we are, said at a first contact."""
    rows = session.scalars(select(OutboxRow).where(OutboxRow.text_key != "hello").order_by(OutboxRow.id))
    fields = [(row, json.loads(vault.open(OutboxRow.fields, row.fields)) if row.fields else {}) for row in rows]
    return [(row.text_key, row.person_id, said.get("reason", "")) for row, said in fields]


def finish(session: Session, hung: Posted, verdict: Verdict, who: Actor | None = None, reason: str = REASON) -> None:
    """Let an officer of the case's office decide it."""
    case = only_case(session)
    area = next(code for code, area_id in hung.district.areas.items() if area_id == case.office_id)
    decide(
        session, hung.district.vault, case.id, verdict, who or officer(session, hung.district, area), reason, hung.now
    )
