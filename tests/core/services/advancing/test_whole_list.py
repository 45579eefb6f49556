"""core/services/advancing: a whole list goes on once its window has closed, but for those whom something holds back."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import OutboxRow
from core.domain.application import Application, StageChange
from core.domain.area import Area
from core.domain.person import Person
from core.domain.procedure_record import RecordKind
from core.domain.staff import Role
from core.domain.stage import Stage
from core.errors import NotAllowed, NotFound
from core.services.acting import Actor
from core.services.advancing import Advanced, advance_list
from core.services.recording import record
from core.services.windows import move_window
from tests.core.services.advancing.people import PHONE, actor, freeze, history, move, objection
from tests.districts import District, somebody
from tests.engines import on_sqlite
from tests.stopped_clock import SHANGHAI


def moment(words: str) -> datetime:
    """Nine in the morning of that day of 2026, or the time given."""
    return datetime.fromisoformat(f"2026-{words}" if "T" in words else f"2026-{words}T09:00").replace(tzinfo=SHANGHAI)


def people(sessions: Sessions, district: District, number: int, stage: Stage, area: str = "T1V1") -> list[str]:
    """So many who stand there, each with a phone; their references."""
    with transaction(sessions) as session:
        return [
            somebody(
                session,
                district.vault,
                district.areas[area],
                id_number=f"43052119500312{serial:04}",
                stage=stage,
                phone=PHONE,
            )
            for serial in range(number)
        ]


def go(
    sessions: Sessions, vault: Vault, district: District, level: str, area: str, who: Actor, now: datetime
) -> Advanced:
    """Move the list on, in a transaction of its own."""
    with transaction(sessions) as session:
        return advance_list(session, vault, level, session.get_one(Area, district.areas[area]), who, now)


def stages(sessions: Sessions) -> dict[str, Stage]:
    """Where everybody stands."""
    with transaction(sessions) as session:
        rows = session.execute(select(Person.ref, Application.stage).join(Application)).all()
    return {row.ref: row.stage for row in rows}


LEVELS = [
    ("village", "T1V1", Stage.DECLARED, Stage.VILLAGE_REVIEWED, "03-12", "03-22", Role.CADRE, "T1V1"),
    ("township", "T1", Stage.TOWNSHIP_AUDITED, Stage.BUREAU_REVIEWED, "04-06", "04-16", Role.OFFICER, "D"),
    ("district", "D", Stage.BUREAU_REVIEWED, Stage.CONFIRMED, "05-08", "05-19", Role.ADMIN, "D"),
]


@pytest.mark.parametrize(("level", "area", "before", "after", "opens", "over", "role", "own"), LEVELS)
def test_everybody_on_it_goes_on(
    sessions: Sessions,
    vault: Vault,
    district: District,
    level: str,
    area: str,
    before: Stage,
    after: Stage,
    opens: str,
    over: str,
    role: Role,
    own: str,
) -> None:
    """On the day after the last: each to the stage after the list, in the list's order, each change kept and told."""
    refs = people(sessions, district, 3, before)
    freeze(sessions, district, level, moment(opens))
    who = actor(district, role, own)
    done = go(sessions, vault, district, level, area, who, moment(over + "T00:00"))
    assert (done.target, done.moved, done.held_back) == (after, tuple(refs), ())
    assert set(stages(sessions).values()) == {after}
    changes = history(sessions)[3:]
    assert {(change.from_stage, change.to_stage, change.staff_id) for change in changes} == {
        (done.origin, after, who.staff_id)
    }
    with transaction(sessions) as session:
        events = session.scalars(select(OutboxRow.event)).all()
    assert sorted(map(str, events)) == sorted(f"change:{change.id}" for change in changes)


@on_sqlite
@pytest.mark.parametrize("now", ["03-12", "03-21T23:59:59"])
def test_not_while_it_hangs(sessions: Sessions, vault: Vault, district: District, now: str) -> None:
    """To the last moment of the last day, people may object."""
    people(sessions, district, 1, Stage.DECLARED)
    freeze(sessions, district, "village", moment("03-12"))
    with pytest.raises(NotAllowed, match="hangs from 2026-03-12 to 2026-03-21"):
        go(sessions, vault, district, "village", "T1V1", actor(district), moment(now))


@on_sqlite
def test_a_moved_closing_day_counts(sessions: Sessions, vault: Vault, district: District) -> None:
    """The village's own days, not the calendar's."""
    people(sessions, district, 1, Stage.DECLARED)
    freeze(sessions, district, "village", moment("03-12"))
    with transaction(sessions) as session:
        area = session.get_one(Area, district.areas["T1V1"])
        move_window(session, 2026, "village", area, date(2026, 3, 12), date(2026, 3, 25), None, moment("03-14"))
    with pytest.raises(NotAllowed, match="to 2026-03-25"):
        go(sessions, vault, district, "village", "T1V1", actor(district), moment("03-24"))
    assert len(go(sessions, vault, district, "village", "T1V1", actor(district), moment("03-26")).moved) == 1


def test_those_held_back_are_named(sessions: Sessions, vault: Vault, district: District) -> None:
    """An open objection, a review not passed: a sentence each, and the others go; who has left is not spoken of."""
    disputed, turned_down, gone, free = people(sessions, district, 4, Stage.DECLARED)
    freeze(sessions, district, "village", moment("03-12"))
    who = actor(district)
    with transaction(sessions) as session:
        case = objection(session, district, ref=disputed)
        record(session, turned_down, RecordKind.COUNCIL, date(2026, 3, 20), False, who, moment("03-20"))
    move(sessions, vault, gone, Stage.WITHDRAWN, who)
    done = go(sessions, vault, district, "village", "T1V1", who, moment("03-30"))
    assert done.moved == (free,)
    assert [sentence.partition(":")[0] for sentence in done.held_back] == [disputed, turned_down]
    assert f"jiangfu objections show {case}" in done.held_back[0]
    assert "the council has not passed it" in done.held_back[1]
    assert stages(sessions) == {
        disputed: Stage.VILLAGE_LISTED,
        turned_down: Stage.VILLAGE_LISTED,
        gone: Stage.WITHDRAWN,
        free: Stage.VILLAGE_REVIEWED,
    }


def test_again_moves_only_who_was_held_back(sessions: Sessions, vault: Vault, district: District) -> None:
    """Nobody goes two steps."""
    refs = people(sessions, district, 2, Stage.DECLARED)
    freeze(sessions, district, "village", moment("03-12"))
    who = actor(district)
    assert len(go(sessions, vault, district, "village", "T1V1", who, moment("03-30")).moved) == 2
    assert go(sessions, vault, district, "village", "T1V1", who, moment("03-30")).moved == ()
    assert stages(sessions) == dict.fromkeys(refs, Stage.VILLAGE_REVIEWED)


@on_sqlite
@pytest.mark.parametrize(
    ("level", "area", "role", "own", "refusal"),
    [
        ("village", "T1", Role.OFFICER, "D", "T1 has no list of the level village: it is a township"),
        ("township", "T1", Role.OFFICER, "T1", "decided by the district's officers"),
        ("village", "T1V1", Role.CADRE, "T1V2", "not in your area"),
        ("village", "T1V1", Role.INSPECTOR, "D", "inspector may not decide"),
    ],
)
def test_whose_list_it_is(
    sessions: Sessions, vault: Vault, district: District, level: str, area: str, role: Role, own: str, refusal: str
) -> None:
    """Level, role and area must fit."""
    freeze(sessions, district, "village", moment("03-12"))
    freeze(sessions, district, "township", moment("04-06"))
    with pytest.raises(NotAllowed, match=refusal):
        go(sessions, vault, district, level, area, actor(district, role, own), moment("06-01"))


@on_sqlite
def test_a_list_that_never_hung(sessions: Sessions, vault: Vault, district: District) -> None:
    """Its people are named one by one; who stands elsewhere is not guessed."""
    with pytest.raises(NotFound, match="never frozen in 2026"):
        go(sessions, vault, district, "village", "T1V1", actor(district), moment("06-01"))
    with transaction(sessions) as session:
        assert session.scalars(select(StageChange)).all() == []
