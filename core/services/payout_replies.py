"""What a person says of a payment: 收到 is noted; 没收到 opens a case with the officer, once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.domain.application import Application
from core.domain.case import UNDECIDED, Case, CaseKind, CaseState
from core.domain.payout import Payout, PayoutReply, PayoutStatus
from core.services.cases.raising import Matter, Raised, raise_case
from core.services.payouts import COUNTS
from core.services.recipients import village_of
from core.services.status import Standing

# A payment of the year before may be made late; so long after its day a 收到 still means it.
STILL_MEANT = timedelta(days=60)


def paid_lately(session: Session, person_ids: Iterable[int], today: date) -> list[Payout]:
    """The payments, made this year or in the last sixty days, that a 收到 of these persons can mean: each person's
    last, in the order of the persons."""
    lately = or_(Payout.year == today.year, Payout.paid_on >= today - STILL_MEANT)
    whose = Payout.person_id.in_(list(person_ids)), lately, COUNTS, Payout.status == PayoutStatus.PAID
    rows = session.scalars(select(Payout).where(*whose).order_by(Payout.person_id, Payout.id))
    return list({payout.person_id: payout for payout in rows}.values())


def note_reply(session: Session, payout: Payout, received: bool, now: datetime) -> None:
    """Note what the person says; the same again adds nothing. Who says that it came after all ends the case."""
    said = select(PayoutReply.received).where(PayoutReply.payout_id == payout.id)
    if session.scalar(said.order_by(PayoutReply.id.desc()).limit(1)) is received:
        return
    session.add(PayoutReply(payout_id=payout.id, received=received, said_at=now))
    if received:
        whose = select(Application.id).where(Application.person_id == payout.person_id)
        ended = update(Case).where(Case.application_id.in_(whose), *_OPEN)
        session.execute(ended.values(state=CaseState.DONE, decided_at=now))


def report_missing(
    session: Session, vault: Vault, standing: Standing, sender: bytes, contact_id: int | None, days: int, now: datetime
) -> Raised | date:
    """Open a case that the money of the person has not come, an answer promised in `days`; the day promised where one
    is open already. `sender` is a keyed hash, `contact_id` who hears the outcome. Raises TooMany."""
    # Two such messages at once make one case: the second waits here until the first has made it.
    session.execute(select(Application.id).where(Application.id == standing.application_id).with_for_update())
    known = select(Case.due_on).where(Case.application_id == standing.application_id, *_OPEN)
    if due_on := session.scalar(known.limit(1)):
        return due_on
    village_id = village_of(session, standing.person_id)
    matter = Matter(CaseKind.NOT_RECEIVED, village_id, application_id=standing.application_id)
    return raise_case(session, vault, matter, sender, contact_id, days, now)


_OPEN = (Case.kind == CaseKind.NOT_RECEIVED, Case.state.in_(UNDECIDED))
