"""Import of applicants: a person for life, found by reference or ID number, and one application a year."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.db import Sessions
from core.domain.application import Application, StageChange
from core.domain.area import Area, Level
from core.domain.person import Person
from core.domain.stage import NEEDS_REASON, Stage
from core.services.importing.applicant_phones import Phones
from core.services.importing.applicant_records import Additions, Records
from core.services.importing.applicant_row import ApplicantRow, applicant_reader
from core.services.importing.batches import OnRow, ignore, run
from core.services.importing.cells import Unfit
from core.services.importing.report import Outcome, Report, RowResult
from core.services.importing.seen import Seen
from core.services.importing.table import Row

# What a row says, in this order: of the person, then of the application of its year.
_SAID = ("name", "phone", "area", "language", "home_visit", "group", "year", "stage", "reason", "ground")
_YEAR = _SAID.index("year")


def import_applicants(
    rows: Iterable[Row],
    sessions: Sessions,
    vault: Vault,
    now: datetime,
    *,
    dry_run: bool = False,
    on_row: OnRow = ignore,
) -> Report:
    """Create or update the people and applications in `rows`; `now` is the scheme's instant.

    A stage is set only where an application is created. Raises Stopped, which tells how far it came.
    """
    seen = Seen()

    def save(session: Session, some: Sequence[ApplicantRow]) -> list[RowResult]:
        return _Batch(session, vault, now, seen, some).results(some)

    return run(rows, applicant_reader(now), save, sessions, seen=seen, dry_run=dry_run, on_row=on_row)


class _Batch:
    """Some rows held against the records that they name. Nothing of a row is taken before all of it is found good."""

    def __init__(self, session: Session, vault: Vault, now: datetime, seen: Seen, rows: Sequence[ApplicantRow]) -> None:
        self._session = session
        self._vault = vault
        self._now = now
        self._seen = seen
        self._records = Records(session, vault, rows)
        self._additions = Additions(session, now)
        self._phones = Phones(session, vault, seen, self._records, self._additions)

    def results(self, rows: Sequence[ApplicantRow]) -> list[RowResult]:
        """What became of each row; all is written then, and not committed."""
        results = [self._result(row) for row in rows]
        self._additions.write()
        return results

    def _result(self, row: ApplicantRow) -> RowResult:
        try:
            person = self._person_of(row)
            if self._is_repeated(row, person):
                return row.reader.result(Outcome.UNCHANGED)
            village = self._village_of(row)
            application = self._records.applications.get((person.ref, row.year)) if person else None
            self._check_stage(row, application)
        except Unfit as unfit:
            return row.reader.rejected(unfit)
        return self._taken(row, person, village, application)

    def _person_of(self, row: ApplicantRow) -> Person | None:
        key = self._records.id_hash(row)
        holder = self._records.by_id_hash.get(key) if row.id_number else None
        if not row.ref:
            return holder
        earlier = self._seen.earlier(row.ref.encode(), (key,))
        if row.id_number and earlier is not None and earlier.differs is not None:
            raise Unfit(f"line {earlier.line} has it for somebody else", "ref")
        named = self._records.by_ref.get(row.ref)
        if holder is not None and holder is not named:
            raise Unfit("is not the reference of the person with this ID number", "ref")
        if named is not None and holder is None and row.id_number:
            raise Unfit("differs from the record of this reference: have the record corrected first", "id_number")
        if named is None and not row.id_number:
            raise Unfit("is empty, and the reference is unknown", "id_number")
        return named

    def _is_repeated(self, row: ApplicantRow, person: Person | None) -> bool:
        """Whether the file has said the same before. Raises Unfit where it has said otherwise of the same person."""
        key = person.id_number_hash if person else self._records.id_hash(row)
        earlier = self._seen.earlier(key, _said(row))
        if earlier is not None and earlier.differs == _YEAR:
            earlier = self._seen.earlier(_yearly(key, row.year), _said(row))
        if earlier is None:
            return False
        if earlier.differs is not None:
            raise Unfit(f"line {earlier.line} says otherwise of the same person", _SAID[earlier.differs])
        return True

    def _village_of(self, row: ApplicantRow) -> Area:
        area = self._records.areas.get(row.area)
        if area is None:
            raise Unfit("is no area of the records: import the areas first", "area")
        if area.level is not Level.VILLAGE:
            raise Unfit(f"is of level {area.level}; it must be a village or neighbourhood committee", "area")
        return area

    def _check_stage(self, row: ApplicantRow, application: Application | None) -> None:
        if application is None:
            if row.stage in NEEDS_REASON and not row.reason:
                raise Unfit(f"is empty; {row.stage} needs one, in plain words", "reason")
        elif row.stage not in {None, application.stage}:
            raise Unfit("differs from the record: move the applicant with `jiangfu advance`", "stage")
        elif row.reason and row.reason != self._records.reason_of(application):
            raise Unfit("differs from the record: a reason is given with `jiangfu advance`", "reason")

    def _taken(
        self, row: ApplicantRow, person: Person | None, village: Area, application: Application | None
    ) -> RowResult:
        outcome = Outcome.CREATED if application is None else Outcome.UNCHANGED
        changed = False
        if person is None:
            person = self._registered(row, village)
        else:
            changed = self._corrected(row, person, village)
        if application is None:
            self._apply(row, person)
        elif row.ground not in {None, application.ground}:
            application.ground, changed = row.ground, True
        changed |= self._phones.update(row, person)
        if changed and outcome is Outcome.UNCHANGED:
            outcome = Outcome.UPDATED
        self._note(row, person)
        return row.reader.result(outcome, person.ref if outcome is Outcome.CREATED else "")

    def _registered(self, row: ApplicantRow, village: Area) -> Person:
        person = Person(
            ref=row.ref or self._records.free_ref(),
            name=self._vault.seal(Person.name, row.name),
            id_number=self._vault.seal(Person.id_number, row.id_number),
            id_number_hash=self._records.id_hash(row),
            area_id=village.id,
            village_group=row.group or None,
            home_visit=bool(row.home_visit),
            created_at=self._now,
        )
        self._session.add(person)
        self._records.add_person(person)
        return person

    def _corrected(self, row: ApplicantRow, person: Person, village: Area) -> bool:
        home_visit = person.home_visit if row.home_visit is None else row.home_visit
        said = village.id, home_visit, row.group or person.village_group
        changed = (person.area_id, person.home_visit, person.village_group) != said
        person.area_id, person.home_visit, person.village_group = said
        if self._vault.open(Person.name, person.name) != row.name:
            person.name = self._vault.seal(Person.name, row.name)
            changed = True
        return changed

    def _apply(self, row: ApplicantRow, person: Person) -> None:
        stage = row.stage or Stage.DECLARED
        application = Application(year=row.year, stage=stage, stage_since=self._now, ground=row.ground)
        self._records.applications[person.ref, row.year] = application
        reason = self._vault.seal(StageChange.reason, row.reason) if row.reason else None
        self._additions.application(person, application, reason)

    def _note(self, row: ApplicantRow, person: Person) -> None:
        key, line, said = person.id_number_hash, row.reader.line, _said(row)
        is_first_year = self._seen.earlier(key, said) is None
        self._seen.note(key if is_first_year else _yearly(key, row.year), line, said)
        if row.ref:
            self._seen.note(row.ref.encode(), line, (key,))


def _said(row: ApplicantRow) -> tuple[object, ...]:
    person = row.name, row.phone, row.area, row.language, row.home_visit, row.group
    return *person, row.year, row.stage, row.reason, row.ground


def _yearly(key: bytes, year: int) -> bytes:
    return key + year.to_bytes(2)
