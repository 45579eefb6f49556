"""Who hears a reminder: conditions over persons, the same when it is planned and when it is about to be sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import aliased

from core.domain.annual_check import AnnualCheck, CheckState
from core.domain.application import Application
from core.domain.person import Person
from core.domain.procedure_record import ProcedureRecord, RecordKind
from core.domain.stage import Stage

_later = aliased(Application)
_LATEST = ~(select(_later.id).where(_later.person_id == Application.person_id, _later.year > Application.year).exists())
_GONE = (Stage.CEASED, Stage.WITHDRAWN)
# Until the papers are in, the village's review may come before or after them (policy-facts §5: 28-31 March).
_PAPERS_AWAITED = (Stage.VILLAGE_LISTED, Stage.VILLAGE_REVIEWED)


Value = int | ColumnElement[int]


class Audience(StrEnum):
    """A group of persons, by the words of the table."""

    VILLAGERS = "villagers"
    FORM_FILLERS = "form_fillers"
    LACKING_PAPERS = "lacking_papers"
    NEW_RECIPIENTS = "new_recipients"
    EARLIER_RECIPIENTS = "earlier_recipients"
    ALREADY_TOLD = "already_told"
    THE_PERSON = "the_person"


@dataclass(frozen=True)
class Scope:
    """The year that the event is of, and the persons that are asked about: from id `first` to before `end`."""

    year: Value
    first: Value
    end: Value


def _villagers(scope: Scope) -> ColumnElement[bool]:
    """Everybody we know but who has died, moved away, or withdrawn."""
    # A set made once: to look for each person costs thrice as much. It would hold the gone of all villages otherwise.
    some = Application.person_id >= scope.first, Application.person_id < scope.end
    return Person.id.not_in(select(Application.person_id).where(*some, Application.stage.in_(_GONE), _LATEST))


def _form_fillers(scope: Scope) -> ColumnElement[bool]:
    """Whoever stood on the village's list of the year and was not taken off (policy-facts §5: 26-27 March)."""
    return _stands(Application.year == scope.year, Application.stage == Stage.VILLAGE_LISTED)


def _lacking_papers(scope: Scope) -> ColumnElement[bool]:
    """Applicants of the year whose papers are not recorded yet."""
    handed_in = select(ProcedureRecord.id).where(
        ProcedureRecord.application_id == Application.id, ProcedureRecord.kind == RecordKind.PAPERS
    )
    return _stands(Application.year == scope.year, Application.stage.in_(_PAPERS_AWAITED), ~handed_in.exists())


def _new_recipients(scope: Scope) -> ColumnElement[bool]:
    """Whoever was confirmed in the year, and so gets certificate and passbook."""
    return _stands(Application.year == scope.year, Application.stage == Stage.CONFIRMED)


def _earlier_recipients(scope: Scope) -> ColumnElement[bool]:
    """Whoever was confirmed before the year, has not ceased, and was not heard of yet in it (policy-facts §7)."""
    heard = select(AnnualCheck.year).where(
        AnnualCheck.person_id == Person.id, AnnualCheck.year == scope.year, AnnualCheck.state == CheckState.HEARD
    )
    confirmed = _stands(_LATEST, Application.year < scope.year, Application.stage == Stage.CONFIRMED)
    return and_(confirmed, ~heard.exists())


def _stands(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the person has an application of which all this is true."""
    return select(Application.id).where(Application.person_id == Person.id, *conditions).exists()


_CONDITIONS: dict[Audience, Callable[[Scope], ColumnElement[bool]]] = {
    Audience.VILLAGERS: _villagers,
    Audience.FORM_FILLERS: _form_fillers,
    Audience.LACKING_PAPERS: _lacking_papers,
    Audience.NEW_RECIPIENTS: _new_recipients,
    Audience.EARLIER_RECIPIENTS: _earlier_recipients,
    # Who was told of the days that have moved is known only with the event; who has died is left alone here too.
    Audience.ALREADY_TOLD: _villagers,
}


def belongs(audience: Audience, scope: Scope) -> ColumnElement[bool]:
    """The condition that a person of the scope is one of the audience."""
    some = Person.id >= scope.first, Person.id < scope.end
    return and_(*some, _CONDITIONS[audience](scope))
