"""Raising a case: one voice, with a number to follow it by. Ten people against one entry are one case of ten voices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.domain.application import Application
from core.domain.area import Level
from core.domain.case import OBJECTIONS, UNDECIDED, Case, CaseKind, CaseState, Ground, Voice
from core.domain.case_number import draw_case_number
from core.domain.published_list import ListEntry, PublishedList
from core.domain.stage import Stage
from core.services import quotas
from core.services.cases.offices import office_above
from core.services.windows import window_of

A_DAY = 5


@dataclass(frozen=True)
class Matter:
    """What somebody tells: of which kind, about which village, in which words; against which entry of which list, and
    on what ground; about which application. What is not known is left out."""

    kind: CaseKind
    village_id: int
    words: str = ""
    ground: Ground | None = None
    published: PublishedList | None = None
    entry_number: int | None = None
    application_id: int | None = None


@dataclass(frozen=True)
class Raised:
    """What the sender is told: the number, where the case stands (`LATE`: too late for the list), the promised day."""

    number: str
    state: CaseState
    due_on: date


class TooMany(Exception):
    """This sender has raised as many cases as one may a day; nothing was filed."""


def may_raise(session: Session, vault: Vault, sender: bytes, now: datetime) -> bool:
    """Whether `sender` (a keyed hash) may raise one more case today."""
    return not quotas.is_used_up(session, vault, "cases", sender, A_DAY, now)


def raise_case(
    session: Session, vault: Vault, matter: Matter, sender: bytes, contact_id: int | None, days: int, now: datetime
) -> Raised:
    """File what `sender` (a keyed hash, which is kept nowhere but in the day's quota) tells.

    `contact_id` is who is to be told the outcome; without it nothing leads back to anybody. `days` is the promise: the
    answer comes so many days from today. Raises TooMany.
    """
    if not may_raise(session, vault, sender, now):
        raise TooMany
    quotas.spend(session, vault, "cases", sender, now)
    case = _case_of(session, matter, days, now)
    number = draw_case_number()
    session.add(
        Voice(
            number_hash=number_hash(vault, number),
            case_id=case.id,
            ground=matter.ground,
            words=vault.seal(Voice.words, matter.words) if matter.words else None,
            contact=vault.seal(Voice.contact, str(contact_id)) if contact_id is not None else None,
            spoken_on=now.date(),
        )
    )
    return Raised(number, case.state, case.due_on)


def number_hash(vault: Vault, number: str) -> bytes:
    """The keyed hash (32 bytes) by which a voice is found."""
    return vault.lookup("case", number)


def may_ask_for_recheck(session: Session, application_id: int) -> bool:
    """Whether a re-check of this application may be asked for: it was rejected, and nobody has asked before."""
    asked = select(Case.id).where(Case.application_id == application_id, Case.kind == CaseKind.RECHECK)
    rejected = select(Application.id).where(Application.id == application_id, Application.stage == Stage.REJECTED)
    return session.scalar(rejected.where(~asked.exists())) is not None


def _case_of(session: Session, matter: Matter, days: int, now: datetime) -> Case:
    """The case about this entry that is still to be decided, or a new one."""
    late = _is_late(session, matter, now.date())
    application_id = matter.application_id
    if matter.kind is CaseKind.ENTRY and matter.published is not None:
        application_id = _lock_entry(session, matter.published.id, matter.entry_number)
        if known := _standing_case(session, matter.published.id, matter.entry_number, late):
            return known
    case = Case(
        kind=matter.kind,
        state=CaseState.LATE if late else CaseState.OPEN,
        area_id=matter.village_id,
        office_id=_office_for(session, matter),
        list_id=matter.published.id if matter.published else None,
        entry_number=matter.entry_number,
        application_id=application_id,
        # Of an objection the day alone: an hour would stand beside that of somebody's message.
        opened_at=now.replace(hour=0, minute=0, second=0, microsecond=0) if matter.kind in OBJECTIONS else now,
        due_on=now.date() + timedelta(days=days),
    )
    session.add(case)
    session.flush()
    return case


def _is_late(session: Session, matter: Matter, today: date) -> bool:
    if matter.published is None:
        return False
    posting = window_of(session, matter.published.year, matter.published.level, matter.published.area_id)
    return not posting.is_open(today)


def _lock_entry(session: Session, list_id: int, number: int | None) -> int | None:
    # Two first voices at once make one case: the second waits here until the first has made it.
    entry = select(ListEntry).where(ListEntry.list_id == list_id, ListEntry.number == number).with_for_update()
    return session.scalars(entry).one().application_id


def _standing_case(session: Session, list_id: int, number: int | None, late: bool) -> Case | None:
    states = (*UNDECIDED, CaseState.LATE) if late else UNDECIDED
    about = (Case.list_id == list_id, Case.entry_number == number, Case.state.in_(states))
    return session.scalars(select(Case).where(*about).order_by(Case.id).limit(1)).first()


def _office_for(session: Session, matter: Matter) -> int:
    """Notes go to the township or office of the village; a re-check to the district, above whoever rejected."""
    if matter.published is not None:
        return office_above(session, matter.village_id, matter.published.level)
    level = Level.TOWNSHIP if matter.kind is CaseKind.RECHECK else Level.VILLAGE
    return office_above(session, matter.village_id, level)
