"""Corrections of one record: name, ID number, village group, village, death. Each has a reason, and is told."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import audit
from core.confidentiality.vault import Vault
from core.delivery.outbox import MessageKind, OutboxRow, State
from core.domain.application import Application
from core.domain.area import Area, Level
from core.domain.case import UNDECIDED, Case
from core.domain.correction import Correction, CorrectionKind
from core.domain.person import Person
from core.domain.stage import Stage
from core.domain.visit import TO_DO, Visit, VisitState
from core.errors import NotAllowed
from core.services.acting import Actor
from core.services.advancing import step
from core.services.areas import area_of, lies_within
from core.services.importing.cells import Unfit
from core.services.importing.identity import chinese_name, id_number
from core.services.personal.asking import person_of
from core.services.personal.telling import DIED, ID_NUMBER, MOVED, NAME
from core.services.telling import tell

TOLD_WITHIN = timedelta(days=14)


class Clerk:
    """Corrects in one transaction: who does it, why (in plain words), and when (scheme clock)."""

    def __init__(self, session: Session, vault: Vault, actor: Actor, reason: str, now: datetime) -> None:
        """Raises NotAllowed without a reason."""
        if not reason.strip():
            raise NotAllowed("A correction needs a reason in plain words (--reason).")
        self.session, self.vault, self.actor, self.reason, self.now = session, vault, actor, reason.strip(), now

    def person(self, ref: str) -> Person:
        """Whom it is about. Raises NotFound; NotAllowed where the actor keeps no records of that area."""
        return person_of(self.session, ref, self.actor)

    def note(self, person: Person, kind: CorrectionKind) -> Correction:
        """Keep the correction and its reason, and enter it in the trail. To be called last."""
        row = Correction(
            person_id=person.id,
            kind=kind,
            reason=self.vault.seal(Correction.reason, self.reason),
            staff_id=self.actor.staff_id,
            corrected_at=self.now,
        )
        self.session.add(row)
        self.session.flush()
        audit.note(self.session, self.vault, self.actor.staff_id, f"correct_{kind}", person.ref, self.now, self.reason)
        return row

    def tell(self, person: Person, row: Correction, text_key: str, **fields: str) -> None:
        """Let the person know, where a phone or chat reaches him."""
        tell(
            self.session, self.vault, person_id=person.id, text_key=text_key, event=f"correction:{row.id}",
            kind=MessageKind.DECISION, now=self.now, expires_at=self.now + TOLD_WITHIN,
            fields={"ref": person.ref, **fields},
        )  # fmt: skip


def correct(clerk: Clerk, ref: str, kind: CorrectionKind, value: str) -> None:
    """Put `value` in the place of what the record says of `kind`: name, ID number (with it the birth date) or group.

    Raises NotFound; NotAllowed where the value is none, or is another person's ID number.
    """
    person = clerk.person(ref)
    try:
        if kind is CorrectionKind.NAME:
            person.name = clerk.vault.seal(Person.name, chinese_name(value))
        elif kind is CorrectionKind.ID_NUMBER:
            _renumber(clerk, person, id_number(clerk.now.date())(value))
        else:
            person.village_group = value.strip()[:16] or None
    except Unfit as unfit:
        raise NotAllowed(f"{ref}: the {kind} {unfit}.") from None
    row = clerk.note(person, kind)
    if kind is not CorrectionKind.GROUP:
        clerk.tell(person, row, ID_NUMBER if kind is CorrectionKind.ID_NUMBER else NAME)


def move(clerk: Clerk, ref: str, code: str) -> None:
    """Let the person live in the village with that code from now on; his open cases go along, the lists stay as they
    hung. Raises NotFound; NotAllowed where it is no village, or not in the actor's area."""
    person, village = clerk.person(ref), area_of(clerk.session, code)
    if village.level is not Level.VILLAGE:
        raise NotAllowed(f"{code} is of level {village.level}; it must be a village or neighbourhood committee.")
    if not lies_within(clerk.session, village.id, clerk.actor.area_id):
        raise NotAllowed(f"{code} is not in your area: an officer of the level above both moves {ref}.")
    if village.id == person.area_id:
        raise NotAllowed(f"{ref} lives there already.")
    before = clerk.session.get_one(Area, person.area_id)
    _take_cases_along(clerk.session, person, before, village)
    # What waits tells of the old village's days; that of the new one is planned by itself.
    _cancel_waiting(clerk.session, person.id, OutboxRow.event.like(f"%:%:{before.id}"), "moved")
    person.area_id, person.village_group = village.id, None
    clerk.tell(person, clerk.note(person, CorrectionKind.MOVED), MOVED)


def died(clerk: Clerk, ref: str) -> None:
    """Record a death: the application ceases, what waits to be said to the person is not said, nobody visits him any
    more, and whoever has his phone is told what to bring (policy-facts §7). Raises NotFound; NotAllowed where the
    record says so already."""
    person = clerk.person(ref)
    applications = clerk.session.scalars(
        select(Application)
        .where(Application.person_id == person.id)
        .order_by(Application.year.desc())
        .with_for_update()
    ).all()
    if not applications or applications[0].stage is Stage.CEASED:
        raise NotAllowed(f"{ref}: there is no application that could end.")
    step.take(clerk.session, clerk.vault, applications[:1], Stage.CEASED, clerk.actor.staff_id, clerk.reason, clerk.now)
    _cancel_waiting(clerk.session, person.id, OutboxRow.kind != MessageKind.ANSWER, "died")
    visits = update(Visit).where(Visit.person_id == person.id, Visit.state.in_(TO_DO))
    clerk.session.execute(visits.values(state=VisitState.DROPPED))
    clerk.tell(person, clerk.note(person, CorrectionKind.DIED), DIED)


def _renumber(clerk: Clerk, person: Person, number: str) -> None:
    found_by = clerk.vault.lookup("id_number", number)
    other = clerk.session.scalar(select(Person.ref).where(Person.id_number_hash == found_by, Person.id != person.id))
    if other is not None:
        raise NotAllowed(f"{person.ref}: {other} has this ID number; if they are one, `jiangfu person merge`.")
    person.id_number, person.id_number_hash = clerk.vault.seal(Person.id_number, number), found_by


def _take_cases_along(session: Session, person: Person, before: Area, village: Area) -> None:
    mine = select(Application.id).where(Application.person_id == person.id)
    for case in session.scalars(select(Case).where(Case.application_id.in_(mine), Case.state.in_(UNDECIDED))):
        case.area_id = village.id
        # Whom the old township's officers would have decided about, the new one's do; the district stays the district.
        if case.office_id == before.parent_id and village.parent_id is not None:
            case.office_id, case.taken_by = village.parent_id, None


def _cancel_waiting(session: Session, person_id: int, which: object, note: str) -> None:
    waiting = OutboxRow.person_id == person_id, OutboxRow.state == State.QUEUED, which
    values = {"state": State.CANCELLED, "error": note}
    session.execute(update(OutboxRow).where(*waiting).values(values).execution_options(synchronize_session=False))  # type: ignore[arg-type]
