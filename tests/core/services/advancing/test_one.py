"""core/services/advancing: legal steps only, by whoever answers for them, with who, when and why kept."""

from __future__ import annotations

from itertools import pairwise

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.application import Application, StageChange
from core.domain.staff import Role
from core.domain.stage import NEEDS_REASON, PROCEDURE, STEPS, Stage, may_step
from core.errors import JiangfuError, NotAllowed, NotFound
from core.services.advancing import advance
from core.services.areas import lies_within
from tests.core.services.advancing.people import PHONE, actor, history, move, person
from tests.districts import District, somebody
from tests.elsewhere import Elsewhere
from tests.engines import on_postgresql, on_sqlite
from tests.stopped_clock import MID_MAY


def test_the_whole_way(sessions: Sessions, vault: Vault, district: District) -> None:
    """From the declaration to the confirmation, each step kept with who took it and when."""
    ref, who = person(sessions, district), actor(district)
    for origin, target in pairwise(PROCEDURE):
        assert move(sessions, vault, ref, target, who, "") is origin
    changes = history(sessions)
    assert [(c.from_stage, c.to_stage) for c in changes] == list(pairwise(PROCEDURE))
    assert {(c.staff_id, c.changed_at, c.reason) for c in changes} == {(who.staff_id, MID_MAY, None)}
    with transaction(sessions) as session:
        row = session.scalars(select(Application)).one()
    assert (row.stage, row.stage_since) == (Stage.CONFIRMED, MID_MAY)


@on_sqlite
@pytest.mark.parametrize("origin", Stage)
def test_no_step_but_the_legal_ones(sessions: Sessions, vault: Vault, district: District, origin: Stage) -> None:
    """From each stage every other is tried: what the table does not know is refused, says where one may go, and
    leaves the application as it was."""
    for target in Stage:
        ref = _another(sessions, district, origin, target)
        if may_step(origin, target):
            assert move(sessions, vault, ref, target, actor(district)) is origin
            continue
        with pytest.raises(NotAllowed) as refused:
            move(sessions, vault, ref, target, actor(district))
        assert ref in str(refused.value)
        assert all(str(stage) in str(refused.value) for stage in STEPS[origin])
    assert {change.to_stage for change in history(sessions)} == set(STEPS[origin])


def _another(sessions: Sessions, district: District, origin: Stage, target: Stage) -> str:
    with transaction(sessions) as session:
        number = f"430521{1940 + list(Stage).index(target)}03121234"[:18]
        return somebody(session, district.vault, district.areas["T1V1"], id_number=number, stage=origin)


@on_sqlite
@pytest.mark.parametrize(
    ("label", "role", "area", "target", "refusal"),
    [
        ("the village's own cadre lists", Role.CADRE, "T1V1", Stage.VILLAGE_LISTED, ""),
        ("another village's cadre does not", Role.CADRE, "T1V2", Stage.VILLAGE_LISTED, "not in your area"),
        ("a cadre does not reject", Role.CADRE, "T1V1", Stage.REJECTED, "a cadre may not decide rejected"),
        ("the township's officer", Role.OFFICER, "T1", Stage.VILLAGE_LISTED, ""),
        ("another township's officer", Role.OFFICER, "T2", Stage.VILLAGE_LISTED, "not in your area"),
        ("the district's officer", Role.OFFICER, "D", Stage.REJECTED, ""),
        ("an administrator", Role.ADMIN, "D", Stage.WITHDRAWN, ""),
        ("an inspector never", Role.INSPECTOR, "D", Stage.VILLAGE_LISTED, "an? inspector may not decide"),
    ],
)
def test_who_may_decide(
    sessions: Sessions, vault: Vault, district: District, label: str, role: Role, area: str, target: Stage, refusal: str
) -> None:
    """The role that answers for the step, for people of its own area."""
    ref, who = person(sessions, district), actor(district, role, area)
    if not refusal:
        assert move(sessions, vault, ref, target, who) is Stage.DECLARED
        return
    with pytest.raises(NotAllowed, match=refusal):
        move(sessions, vault, ref, target, who)
    assert history(sessions) == []


@on_sqlite
@pytest.mark.parametrize("target", [Stage.REJECTED, Stage.CEASED, Stage.WITHDRAWN])
@pytest.mark.parametrize("reason", ["", " \u3000\n"])
def test_a_decision_against_somebody_has_words(
    sessions: Sessions, vault: Vault, district: District, target: Stage, reason: str
) -> None:
    """Without a reason nobody is rejected or ended; who withdraws need not say why."""
    ref = person(sessions, district)
    if target in NEEDS_REASON:
        with pytest.raises(NotAllowed, match="--reason"):
            move(sessions, vault, ref, target, actor(district), reason)
        assert history(sessions) == []
    else:
        move(sessions, vault, ref, target, actor(district), reason)
        assert history(sessions)[0].reason is None


def test_the_reason_is_kept_sealed(sessions: Sessions, vault: Vault, district: District) -> None:
    """As it was given, without the white space around it."""
    ref = person(sessions, district)
    move(sessions, vault, ref, Stage.REJECTED, actor(district), " 现有一儿一女。\n")
    [change] = history(sessions)
    assert change.reason is not None
    assert "一儿一女".encode() not in change.reason
    assert vault.open(StageChange.reason, change.reason) == "现有一儿一女。"


@on_sqlite
def test_only_the_latest_year_moves(sessions: Sessions, vault: Vault, district: District) -> None:
    """Last year's application is history."""
    ref = person(sessions, district)
    with transaction(sessions) as session:
        latest = session.scalars(select(Application)).one()
        old = Application(person_id=latest.person_id, year=2025, stage=Stage.CONFIRMED, stage_since=MID_MAY)
        session.add(old)
    move(sessions, vault, ref, Stage.VILLAGE_LISTED, actor(district))
    with transaction(sessions) as session:
        stages = dict(session.execute(select(Application.year, Application.stage)).all())  # type: ignore[arg-type]
    assert stages == {2025: Stage.CONFIRMED, 2026: Stage.VILLAGE_LISTED}


@on_sqlite
@pytest.mark.parametrize("ref", ["00000000", "nobody", "王桂兰"])
def test_an_unknown_reference_is_named(sessions: Sessions, vault: Vault, district: District, ref: str) -> None:
    """So that the officer sees which one was mistyped."""
    with pytest.raises(NotFound, match=ref):
        move(sessions, vault, ref, Stage.CEASED, actor(district))


@on_sqlite
def test_a_person_without_an_application_is_not_moved(sessions: Sessions, vault: Vault, district: District) -> None:
    """There is nothing to move."""
    ref = person(sessions, district, stage=None)
    with pytest.raises(JiangfuError):
        move(sessions, vault, ref, Stage.CEASED, actor(district))


@on_sqlite
@pytest.mark.parametrize(
    ("inner", "outer", "within"),
    [("T1V1", "T1V1", True), ("T1V1", "T1", True), ("T1V1", "D", True), ("T1", "T1V1", False), ("T1V1", "T2", False)],
)
def test_what_lies_within_what(sessions: Sessions, district: District, inner: str, outer: str, within: bool) -> None:
    """A district holds its townships, those hold their villages, and never the other way."""
    with transaction(sessions) as session:
        assert lies_within(session, district.areas[inner], district.areas[outer]) == within


@on_postgresql
def test_of_two_officers_at_once_the_second_sees_the_first(
    sessions: Sessions, vault: Vault, district: District, database_url: str
) -> None:
    """He waits, and is refused: the step has been taken. Nobody goes two steps or is told twice."""
    ref, who = person(sessions, district, phone=PHONE), actor(district)

    def list_him(session: Session) -> Stage:
        session.scalars(select(Application)).all()  # as he read it before
        return advance(session, vault, ref, Stage.VILLAGE_LISTED, who, "", MID_MAY)

    with Elsewhere(database_url, list_him) as other:
        with transaction(sessions) as session:
            advance(session, vault, ref, Stage.VILLAGE_LISTED, who, "", MID_MAY)
            other.start_and_wait_for_a_lock()
        with pytest.raises(NotAllowed, match="from village_listed the procedure leads to village_reviewed"):
            other.result()
    assert len(history(sessions)) == 1
