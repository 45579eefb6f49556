"""core/services/advancing: a change is undone while nothing has followed; a re-check brings a rejected one back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import OutboxRow, State
from core.domain.application import StageChange
from core.domain.case import Case, CaseKind, CaseState
from core.domain.payout import Payout, PayoutBatch, PayoutStatus
from core.domain.published_list import ListEntry
from core.domain.staff import Role
from core.domain.stage import Stage
from core.errors import NotAllowed, NotFound
from core.services.acting import Actor
from core.services.advancing import undo
from tests.core.services.advancing.people import (
    PHONE,
    actor,
    freeze,
    history,
    move,
    objection,
    person,
    stage_of,
)
from tests.districts import District, somebody
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY, SHANGHAI

LATER = MID_MAY + timedelta(hours=1)
MARCH = datetime(2026, 3, 12, 8, tzinfo=SHANGHAI)


def take_back(
    sessions: Sessions, vault: Vault, ref: str, who: Actor, reason: str = "点错了", now: datetime = LATER
) -> Stage:
    """Undo, in a transaction of its own."""
    with transaction(sessions) as session:
        return undo(session, vault, ref, who, reason, now)


def messages(sessions: Sessions) -> list[tuple[str | None, State]]:
    """What waits or went, with its event."""
    with transaction(sessions) as session:
        rows = session.execute(select(OutboxRow.event, OutboxRow.state).order_by(OutboxRow.id))
        return [(row.event, row.state) for row in rows]


@pytest.mark.parametrize(
    ("origin", "target"),
    [
        (Stage.DECLARED, Stage.REJECTED),
        (Stage.VILLAGE_LISTED, Stage.VILLAGE_REVIEWED),
        (Stage.DISTRICT_LISTED, Stage.CONFIRMED),
        (Stage.CONFIRMED, Stage.CEASED),
        (Stage.VILLAGE_REVIEWED, Stage.WITHDRAWN),
    ],
)
def test_a_mistake_is_undone(
    sessions: Sessions, vault: Vault, district: District, origin: Stage, target: Stage
) -> None:
    """Back where it was; both changes are kept, the undoing with its words; the message that waited is never sent."""
    ref, who = person(sessions, district, origin, phone=PHONE), actor(district)
    move(sessions, vault, ref, target, who)
    assert take_back(sessions, vault, ref, who) is origin
    assert stage_of(sessions) is origin
    first, second = history(sessions)
    assert (second.from_stage, second.to_stage, second.staff_id) == (target, origin, who.staff_id)
    assert (first.changed_at, second.changed_at) == (MID_MAY, LATER)
    assert second.reason is not None
    assert vault.open(StageChange.reason, second.reason) == "点错了"
    told = [] if target is Stage.WITHDRAWN else [(f"change:{first.id}", State.CANCELLED)]
    assert messages(sessions) == told


def test_the_right_step_can_be_taken_then(sessions: Sessions, vault: Vault, district: District) -> None:
    """It is told of like any other."""
    ref, who = person(sessions, district, phone=PHONE), actor(district)
    move(sessions, vault, ref, Stage.REJECTED, who)
    take_back(sessions, vault, ref, who)
    move(sessions, vault, ref, Stage.REJECTED, who, "另一个原因")
    assert [state for _event, state in messages(sessions)] == [State.CANCELLED, State.QUEUED]


def test_who_was_taken_off_stands_on_the_list_again(sessions: Sessions, vault: Vault, district: District) -> None:
    """On the lists that this change took him off, and no other."""
    ref, who = person(sessions, district), actor(district)
    freeze(sessions, district, "village", MARCH)
    with transaction(sessions) as session:
        other = ListEntry(list_id=1, number=9, application_id=1, village_id=district.areas["T1V1"], withdrawn_at=MARCH)
        session.add(other)
    move(sessions, vault, ref, Stage.REJECTED, who)
    take_back(sessions, vault, ref, who)
    with transaction(sessions) as session:
        entries = dict(session.execute(select(ListEntry.number, ListEntry.withdrawn_at)).all())  # type: ignore[arg-type]
    assert entries == {1: None, 9: MARCH}


@on_sqlite
@pytest.mark.parametrize(
    ("state", "attempts"),
    [
        (State.SENDING, 1),
        (State.SENT, 1),
        (State.DELIVERED, 1),
        (State.UNKNOWN, 1),
        (State.QUEUED, 1),
        (State.FAILED, 1),
    ],
)
def test_what_was_told_stands(
    sessions: Sessions, vault: Vault, district: District, state: State, attempts: int
) -> None:
    """As soon as a sender has had the message in hand the person may know."""
    ref, who = person(sessions, district, phone=PHONE), actor(district)
    move(sessions, vault, ref, Stage.VILLAGE_LISTED, who)
    with transaction(sessions) as session:
        session.execute(update(OutboxRow).values(state=state, attempts=attempts))
    with pytest.raises(NotAllowed, match=f"{ref}: the person has been told"):
        take_back(sessions, vault, ref, who)
    assert stage_of(sessions) is Stage.VILLAGE_LISTED
    assert [row_state for _event, row_state in messages(sessions)] == [state]


@on_sqlite
@pytest.mark.parametrize("state", [State.EXPIRED, State.CANCELLED])
def test_what_never_went_was_not_told(sessions: Sessions, vault: Vault, district: District, state: State) -> None:
    """A message that ran out of time before it was sent binds nobody."""
    ref, who = person(sessions, district, phone=PHONE), actor(district)
    move(sessions, vault, ref, Stage.VILLAGE_LISTED, who)
    with transaction(sessions) as session:
        session.execute(update(OutboxRow).values(state=state))
    assert take_back(sessions, vault, ref, who) is Stage.DECLARED


def test_a_list_frozen_since_stands(sessions: Sessions, vault: Vault, district: District) -> None:
    """With the person on it, or without: both have been read by the village. One frozen before changes nothing."""
    ref, who = person(sessions, district, Stage.DECLARED), actor(district)
    with transaction(sessions) as session:
        gone = somebody(session, vault, district.areas["T1V1"], id_number="430521195203121236")
    early = MARCH - timedelta(days=1)
    move(sessions, vault, ref, Stage.VILLAGE_LISTED, who, now=early)
    move(sessions, vault, gone, Stage.REJECTED, who, now=early)
    freeze(sessions, district, "village", MARCH)
    for each in (ref, gone):
        with pytest.raises(NotAllowed, match=f"{each}: the village list has been frozen"):
            take_back(sessions, vault, each, who)
    move(sessions, vault, ref, Stage.REJECTED, who)
    assert take_back(sessions, vault, ref, who) is Stage.VILLAGE_LISTED


@on_sqlite
def test_the_postings_own_step_is_not_undone(sessions: Sessions, vault: Vault, district: District) -> None:
    """It came with the list."""
    ref = person(sessions, district)
    freeze(sessions, district, "village", MARCH)
    with pytest.raises(NotAllowed, match="the village list has been frozen"):
        take_back(sessions, vault, ref, actor(district))


@on_sqlite
def test_anothers_list_holds_nothing_up(sessions: Sessions, vault: Vault, district: District) -> None:
    """Another village's, or another year's."""
    ref, who = person(sessions, district), actor(district)
    move(sessions, vault, ref, Stage.REJECTED, who, now=MARCH - timedelta(days=1))
    freeze(sessions, district, "village", MARCH, "T2V1")
    freeze(sessions, district, "village", MARCH.replace(year=2027))
    assert take_back(sessions, vault, ref, who) is Stage.DECLARED


@on_sqlite
def test_a_case_that_hangs_on_it(sessions: Sessions, vault: Vault, district: District) -> None:
    """Neither what was decided with a case, which both sides heard, nor what a re-check was asked about is undone."""
    ref, who = person(sessions, district), actor(district)
    move(sessions, vault, ref, Stage.REJECTED, who)
    with transaction(sessions) as session:
        number = objection(session, district, CaseKind.RECHECK)
    with pytest.raises(NotAllowed, match=f"{ref}: case {number} hangs on it"):
        take_back(sessions, vault, ref, who)
    with transaction(sessions) as session:
        case = session.get_one(Case, number)
        case.kind, case.state, case.decided_at = CaseKind.ENTRY, CaseState.UPHELD, MID_MAY
    with pytest.raises(NotAllowed, match=f"{ref}: case {number} hangs on it"):
        take_back(sessions, vault, ref, who)


@on_sqlite
def test_money_that_followed(sessions: Sessions, vault: Vault, district: District) -> None:
    """A confirmation stands once a payment is recorded; one recorded before it binds nobody."""
    ref, who = person(sessions, district, Stage.DISTRICT_LISTED), actor(district)
    move(sessions, vault, ref, Stage.CONFIRMED, who)
    with transaction(sessions) as session:
        session.add(batch := PayoutBatch(imported_at=LATER))
        session.flush()
        paid = {"batch_id": batch.id, "person_id": 1, "year": 2026, "turn": 0, "amount": 960}
        session.add(Payout(status=PayoutStatus.FAILED, **paid))
    with pytest.raises(NotAllowed, match=f"{ref}: a payment has been recorded"):
        take_back(sessions, vault, ref, who)
    with transaction(sessions) as session:
        session.execute(update(PayoutBatch).values(imported_at=MARCH))
    assert take_back(sessions, vault, ref, who) is Stage.DISTRICT_LISTED


REFUSED = {
    "nothing has happened": (None, Role.OFFICER, "D", "点错了", "nothing to undo"),
    "no words": (Stage.REJECTED, Role.OFFICER, "D", " \n", "--reason"),
    "a cadre, of an officer's step": (Stage.REJECTED, Role.CADRE, "T1V1", "点错了", "a cadre may not decide rejected"),
    "another township's officer": (Stage.REJECTED, Role.OFFICER, "T2", "点错了", "not in your area"),
}


@on_sqlite
@pytest.mark.parametrize(("target", "role", "area", "reason", "refusal"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_undone(
    sessions: Sessions,
    vault: Vault,
    district: District,
    target: Stage | None,
    role: Role,
    area: str,
    reason: str,
    refusal: str,
) -> None:
    """It is refused with the reason, and nothing is changed."""
    ref = person(sessions, district)
    if target is not None:
        move(sessions, vault, ref, target, actor(district))
    with pytest.raises(NotAllowed, match=refusal):
        take_back(sessions, vault, ref, actor(district, role, area), reason)
    assert stage_of(sessions) is (target or Stage.DECLARED)


@on_sqlite
def test_what_the_import_entered_is_not_undone(sessions: Sessions, vault: Vault, district: District) -> None:
    """There is no stage before the first."""
    ref = person(sessions, district)
    with transaction(sessions) as session:
        session.add(StageChange(application_id=1, changed_at=MID_MAY, to_stage=Stage.DECLARED))
    with pytest.raises(NotAllowed, match="nothing to undo"):
        take_back(sessions, vault, ref, actor(district))


@on_sqlite
def test_an_undoing_is_not_undone(sessions: Sessions, vault: Vault, district: District) -> None:
    """Whoever changed his mind takes the step again, and the person is told."""
    ref, who = person(sessions, district), actor(district)
    move(sessions, vault, ref, Stage.VILLAGE_LISTED, who)
    take_back(sessions, vault, ref, who)
    with pytest.raises(NotAllowed, match="itself a return to declared"):
        take_back(sessions, vault, ref, who, now=LATER + timedelta(hours=1))


@on_sqlite
def test_a_cadre_undoes_his_own_step(sessions: Sessions, vault: Vault, district: District) -> None:
    """Of his own village."""
    ref, who = person(sessions, district), actor(district, Role.CADRE, "T1V1")
    move(sessions, vault, ref, Stage.VILLAGE_LISTED, who)
    assert take_back(sessions, vault, ref, who) is Stage.DECLARED


@on_sqlite
def test_nobody_is_undone(sessions: Sessions, vault: Vault, district: District) -> None:
    """An unknown reference is named."""
    with pytest.raises(NotFound, match="00000000"):
        take_back(sessions, vault, "00000000", actor(district))
