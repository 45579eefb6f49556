"""What officers see of the cases that are theirs: what is said, never by whom. The village's cadres see nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from core import audit
from core.confidentiality.vault import Vault
from core.domain.application import Application
from core.domain.area import Area
from core.domain.case import UNDECIDED, Case, CaseKind, CaseState, Ground, Voice
from core.domain.person import Person
from core.domain.published_list import PublishedList
from core.domain.staff import Role
from core.errors import NotAllowed, NotFound
from core.services.acting import Actor


@dataclass(frozen=True)
class CaseLine:
    """A case at a glance. `village` and `office` are area codes, `level` that of the list it is about ('' for none)."""

    id: int
    kind: CaseKind
    state: CaseState
    village: str
    office: str
    level: str
    entry_number: int | None
    voices: int
    due_on: date
    escalated: bool

    def is_overdue(self, today: date) -> bool:
        """Whether the promised day is over and nothing is decided."""
        return self.state in UNDECIDED and self.due_on < today


@dataclass(frozen=True)
class Said:
    """What one voice said: the ground, and the words ('' where there were none). Never who it was, nor when."""

    ground: Ground | None
    words: str


@dataclass(frozen=True)
class CaseSheet:
    """A case as its officers need it to decide; `ref` is the applicant's that it is about ('' for none)."""

    line: CaseLine
    ref: str
    said: tuple[Said, ...]
    reason: str


_VOICES = select(func.count()).where(Voice.case_id == Case.id).scalar_subquery()


def check_officer(actor: Actor) -> None:
    """Raise NotAllowed for whoever is no officer: at the village nobody learns who objected, nor what was said."""
    if actor.role is not Role.OFFICER:
        raise NotAllowed(f"A {actor.role} does not see objections: the officers one level above the list decide them.")


def cases_for(session: Session, actor: Actor, *, decided: bool = False) -> list[CaseLine]:
    """The cases of the actor's area and of those in it, the next due first; with `decided`, those that are over too.

    Raises NotAllowed for whoever is no officer.
    """
    check_officer(actor)
    office = aliased(Area)
    in_area = Case.office_id.in_(
        select(office.id).where(or_(office.id == actor.area_id, office.parent_id == actor.area_id))
    )
    still_open = () if decided else (Case.state.in_((*UNDECIDED, CaseState.LATE)),)
    return _lines(session, in_area, *still_open)


def sheet_of(session: Session, vault: Vault, actor: Actor, case_id: int, now: datetime) -> CaseSheet:
    """One case with what its voices said, for the officers who decide it; that it was read is noted.

    Raises NotAllowed for whoever is no officer, NotFound for a case that there is not, or that lies with others.
    """
    check_officer(actor)
    found = _lines(session, Case.id == case_id, Case.office_id == actor.area_id)
    if not found:
        raise NotFound(f"Case {case_id} is not yours to decide; `jiangfu objections list` shows whose it is.")
    # By their hashes, which are at random: the order in which people spoke is not told.
    voices = session.scalars(select(Voice).where(Voice.case_id == case_id).order_by(Voice.number_hash))
    said = (Said(voice.ground, vault.open(Voice.words, voice.words) if voice.words else "") for voice in voices)
    reason = session.scalar(select(Case.reason).where(Case.id == case_id))
    sheet = CaseSheet(found[0], _ref(session, case_id), tuple(said), vault.open(Case.reason, reason) if reason else "")
    audit.note(session, vault, actor.staff_id, "read_case", str(case_id), now)
    return sheet


def _lines(session: Session, *criteria: ColumnElement[bool]) -> list[CaseLine]:
    office = aliased(Area)
    rows = session.execute(
        select(
            Case.id,
            Case.kind,
            Case.state,
            Area.code,
            office.code,
            func.coalesce(PublishedList.level, ""),
            Case.entry_number,
            _VOICES,
            Case.due_on,
            Case.escalated_at.is_not(None),
        )
        .join(Area, Area.id == Case.area_id)
        .join(office, office.id == Case.office_id)
        .join(PublishedList, PublishedList.id == Case.list_id, isouter=True)
        .where(*criteria)
        .order_by(Case.due_on, Case.id)
    )
    return [CaseLine(*row) for row in rows]


def _ref(session: Session, case_id: int) -> str:
    query = (
        select(Person.ref)
        .join(Application, Application.person_id == Person.id)
        .join(Case, Case.application_id == Application.id)
        .where(Case.id == case_id)
    )
    return session.scalar(query) or ""
