"""core/services/visits: who is on the list, in the order of the feet; what a visit settles, and for whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from core.db import transaction
from core.delivery.outbox import State
from core.domain.annual_check import AnnualCheck, CheckState
from core.domain.application import Application
from core.domain.person import Person
from core.domain.procedure_record import ProcedureRecord, RecordKind
from core.domain.stage import Stage
from core.domain.visit import Visit, VisitKind, VisitState
from core.errors import JiangfuError
from core.services.acting import Actor
from core.services.visits.listing import VisitLine, visits_of
from core.services.visits.recording import add, record
from tests.core.services.notices.village import Village
from tests.stopped_clock import MID_MAY

BY = date(2026, 5, 20)


def listed(place: Village, actor: Actor) -> list[VisitLine]:
    """The list as somebody sees it."""
    with transaction(place.sessions) as session:
        return visits_of(session, place.vault, actor, MID_MAY)


def asked(place: Village, who: str, kind: VisitKind, by: str = "cadre") -> int:
    """A visit that was asked for; its number."""
    with transaction(place.sessions) as session:
        ref = session.get_one(Person, place.ids[who]).ref
        return add(session, place.vault, place.actors[by], ref, kind, BY, MID_MAY).id


def recorded(place: Village, number: int, result: VisitState, actor: Actor | None = None) -> None:
    """What came of it."""
    with transaction(place.sessions) as session:
        record(session, place.vault, actor or place.actors["cadre"], number, result, MID_MAY)


def test_the_list_goes_from_group_to_group(place: Village) -> None:
    """As people count them, each with a name and what for; another village's people are not on it."""
    with transaction(place.sessions) as session:
        for word, group in (("nothing", "10组"), ("silent", "第三组"), ("home", "2组")):
            session.execute(update(Person).where(Person.id == place.ids[word]).values(village_group=group))
    place.sent()
    asked(place, "elsewhere", VisitKind.PASSBOOK, "township")
    lines = listed(place, place.actors["cadre"])
    assert [line.group for line in lines] == ["2组", "第三组", "10组"]
    assert {line.name for line in lines} == {"王桂兰"}
    assert len(listed(place, place.actors["township"])) == 4


def test_who_was_not_at_home_stays_on_the_list(place: Village) -> None:
    """Until somebody has seen him; what is done is done."""
    number = asked(place, "phone", VisitKind.CERTIFICATE)
    recorded(place, number, VisitState.NOT_HOME)
    assert [line.state for line in listed(place, place.actors["cadre"])] == [VisitState.NOT_HOME]
    recorded(place, number, VisitState.DONE)
    assert listed(place, place.actors["cadre"]) == []
    with pytest.raises(JiangfuError, match="done already"):
        recorded(place, number, VisitState.REFUSED)


def test_what_a_visit_settles(place: Village) -> None:
    """Papers collected and the yearly check done are noted where the procedure looks for them."""
    recorded(place, asked(place, "phone", VisitKind.PAPERS), VisitState.DONE)
    with transaction(place.sessions) as session:
        earlier = {"year": 2025, "stage": Stage.CONFIRMED}
        session.execute(update(Application).where(Application.person_id == place.ids["home"]).values(earlier))
    recorded(place, asked(place, "home", VisitKind.YEARLY_CHECK), VisitState.DONE)
    with transaction(place.sessions) as session:
        assert session.query(ProcedureRecord).one().kind is RecordKind.PAPERS
        check = session.get_one(AnnualCheck, (place.ids["home"], 2026))
        assert (check.state, check.heard_by) == (CheckState.HEARD, place.actors["cadre"].staff_id)


def test_who_has_died_is_left_alone(place: Village) -> None:
    """No message that waits for him leaves, and nobody goes there again; his family's own messages do leave."""
    place.sent()
    other = asked(place, "home", VisitKind.PASSBOOK)
    recorded(place, other, VisitState.DIED)
    assert place.rows()["home", 0].state is State.CANCELLED
    assert place.rows()["phone", 0].state is State.QUEUED
    with transaction(place.sessions) as session:
        states = {visit.state for visit in session.query(Visit).filter_by(person_id=place.ids["home"])}
    assert states == {VisitState.DIED, VisitState.DROPPED}


@pytest.mark.parametrize(
    ("who", "kind", "by", "why"),
    [
        ("elsewhere", VisitKind.PASSBOOK, "cadre", "nobody of your area"),
        ("phone", VisitKind.NOTICE, "cadre", "by itself"),
        ("phone", VisitKind.PASSBOOK, "inspector", "does not see it"),
    ],
)
def test_what_is_not_asked_for(place: Village, who: str, kind: VisitKind, by: str, why: str) -> None:
    """One sentence, and nobody on the list; the same twice in a year neither."""
    with pytest.raises(JiangfuError, match=why):
        asked(place, who, kind, by)
    first: Any = asked(place, "phone", VisitKind.CERTIFICATE)
    with pytest.raises(JiangfuError, match="asked for already"):
        asked(place, "phone", VisitKind.CERTIFICATE)
    stranger = replace(place.actors["cadre"], area_id=place.actors["cadre"].area_id + 1)
    with pytest.raises(JiangfuError, match="has no visit"):
        recorded(place, first, VisitState.DONE, stranger)
    with pytest.raises(JiangfuError, match="A visit is done"):
        recorded(place, first, VisitState.DROPPED)
