"""How far a notice has come: while it goes out, by its messages; afterwards, by what became of each person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, func, or_, select
from sqlalchemy.orm import Session, aliased

from core.delivery.outbox import OutboxRow, State
from core.domain.area import Area
from core.domain.notice import Acknowledgement, Notice
from core.domain.person import Person
from core.domain.visit import Visit, VisitReason, VisitState
from core.services.notices.wording import FRAME


class Reach(StrEnum):
    """What became of a person, the best first. Told: `ACKNOWLEDGED`, `DELIVERED`. At the door: `VISITED`, and what was
    found there instead. All others are open."""

    ACKNOWLEDGED = "acknowledged"
    DELIVERED = "delivered"
    VISITED = "visited"
    MOVED = "moved"
    DIED = "died"
    REFUSED = "refused"
    NOT_HOME = "not_home"
    SENT = "sent"
    WAITING = "waiting"
    UNKNOWN = "unknown"
    FAILED = "failed"
    EXPIRED = "expired"
    STOPPED = "stopped"
    OPTED_OUT = "opted_out"
    NO_PHONE = "no_phone"


TOLD = frozenset({Reach.ACKNOWLEDGED, Reach.DELIVERED})
AT_THE_DOOR = frozenset({Reach.VISITED, Reach.MOVED, Reach.DIED, Reach.REFUSED})
_OF_STATE = {
    State.QUEUED: Reach.WAITING,
    State.SENDING: Reach.WAITING,
    State.SENT: Reach.SENT,
    State.DELIVERED: Reach.DELIVERED,
    State.FAILED: Reach.FAILED,
    State.UNKNOWN: Reach.UNKNOWN,
    State.EXPIRED: Reach.EXPIRED,
    State.CANCELLED: Reach.STOPPED,
}
_OF_VISIT = {
    VisitState.DONE: Reach.VISITED,
    VisitState.MOVED: Reach.MOVED,
    VisitState.DIED: Reach.DIED,
    VisitState.REFUSED: Reach.REFUSED,
    VisitState.NOT_HOME: Reach.NOT_HOME,
}
_OF_REASON = {VisitReason.OPTED_OUT: Reach.OPTED_OUT, VisitReason.NO_PHONE: Reach.NO_PHONE}
_RANK = {reach: place for place, reach in enumerate(Reach)}


@dataclass(frozen=True)
class Line:
    """One person of the report: the reference, the village's code, the village group, what became of him, and why (a
    provider's code or a word of ours, '' for nothing to say)."""

    ref: str
    village: str
    group: str
    reach: Reach
    why: str


@dataclass(frozen=True)
class Counts:
    """The number that the sender answers for. `by_reach` sums up to `people`."""

    people: int
    told: int
    visited: int
    open: int
    by_reach: dict[Reach, int]


def progress(session: Session, notice: Notice) -> dict[State, int]:
    """How many of the notice's messages are in which state; one that was tried over two channels counts as two."""
    query = select(OutboxRow.state, func.count()).where(*of_notice(notice)).group_by(OutboxRow.state)
    return dict(session.execute(query).all())


def report(session: Session, notice: Notice) -> list[Line]:
    """What became of each person, by village and reference."""
    outcomes = _outcomes(session, notice)
    query = select(Person.id, Person.ref, Area.code, Person.village_group).join(Area, Area.id == Person.area_id)
    lines = []
    for some in _in_portions(sorted(outcomes)):
        for person_id, ref, code, group in session.execute(query.where(Person.id.in_(some))):
            lines.append(Line(ref, code, group or "", *outcomes[person_id]))
    return sorted(lines, key=lambda line: (line.village, line.ref))


def counts(session: Session, notice: Notice) -> Counts:
    """Told, visited and open, in all and by what became of each."""
    by_reach = Counter(reach for reach, _why in _outcomes(session, notice).values())
    told = sum(by_reach[reach] for reach in TOLD)
    visited = sum(by_reach[reach] for reach in AT_THE_DOOR)
    people = by_reach.total()
    ordered = {reach: by_reach[reach] for reach in Reach if by_reach[reach]}
    return Counts(people, told, visited, people - told - visited, ordered)


def of_notice(notice: Notice) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """That a row of the outbox is a message of the notice."""
    return OutboxRow.text_key == FRAME, OutboxRow.event == notice.event


def is_told(person_id: SQLColumnExpression[Any], notice: Notice) -> ColumnElement[bool]:
    """That a message of the notice to that person has a receipt, or that 知道了 came back after one."""
    other = aliased(OutboxRow)
    acknowledged = select(Acknowledgement.contact_id).where(
        Acknowledgement.notice_id == notice.id, Acknowledgement.contact_id == other.contact_id
    )
    whose = other.text_key == FRAME, other.event == notice.event, other.person_id == person_id
    return select(other.id).where(*whose, or_(other.state == State.DELIVERED, acknowledged.exists())).exists()


def _outcomes(session: Session, notice: Notice) -> dict[int, tuple[Reach, str]]:
    """What became of each person to whom the notice was addressed, by the person's id."""
    acknowledged = set(
        session.scalars(select(Acknowledgement.contact_id).where(Acknowledgement.notice_id == notice.id))
    )
    best: dict[int, tuple[Reach, str]] = {}
    for person_id, outcome in (*_by_message(session, notice, acknowledged), *_by_visit(session, notice)):
        if person_id not in best or _RANK[outcome[0]] < _RANK[best[person_id][0]]:
            best[person_id] = outcome
    return best


def _by_message(
    session: Session, notice: Notice, acknowledged: Collection[int]
) -> Iterator[tuple[int, tuple[Reach, str]]]:
    query = (
        select(OutboxRow.person_id, OutboxRow.contact_id, OutboxRow.state, OutboxRow.error)
        .where(*of_notice(notice))
        .execution_options(yield_per=5000)
    )
    for person_id, contact_id, state, error in session.execute(query):
        if person_id is None:
            continue  # a follower, who is nobody of the areas
        reach = Reach.ACKNOWLEDGED if contact_id in acknowledged else _OF_STATE[state]
        if state is State.CANCELLED and error == "opted_out":
            reach = Reach.OPTED_OUT
        yield person_id, (reach, "" if reach in TOLD else error or "")


def _by_visit(session: Session, notice: Notice) -> Iterator[tuple[int, tuple[Reach, str]]]:
    query = select(Visit.person_id, Visit.state, Visit.reason).where(Visit.event == notice.event)
    for person_id, state, reason in session.execute(query):
        reach = _OF_VISIT.get(state) or _OF_REASON.get(reason)
        if reach is not None:
            yield person_id, (reach, "")
        elif reason is VisitReason.HOME_VISIT:
            yield person_id, (Reach.NO_PHONE, "home_visit")


def _in_portions(ids: list[int], size: int = 5000) -> Iterator[list[int]]:
    for first in range(0, len(ids), size):
        yield ids[first : first + size]
