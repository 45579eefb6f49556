"""core/services/advancing: a re-check found a rejection wrong, and brings the applicant back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import MessageKind, OutboxRow, State
from core.domain.application import Application, StageChange
from core.domain.published_list import ListEntry
from core.domain.staff import Role
from core.domain.stage import PROCEDURE, Stage
from core.errors import NotAllowed, NotFound
from core.services.acting import Actor
from core.services.advancing import reinstate
from tests.core.services.advancing.people import (
    PHONE,
    actor,
    freeze,
    history,
    move,
    person,
    stage_of,
)
from tests.districts import District
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY, SHANGHAI

LATER = MID_MAY + timedelta(hours=1)
MARCH = datetime(2026, 3, 12, 8, tzinfo=SHANGHAI)


def back(
    sessions: Sessions, vault: Vault, who: Actor, reason: str = "复核后符合条件", application_id: int = 1
) -> Stage:
    """Reinstate, in a transaction of its own."""
    with transaction(sessions) as session:
        return reinstate(session, vault, application_id, who, reason, LATER)


@on_sqlite
@pytest.mark.parametrize("origin", PROCEDURE[:-1])
def test_back_to_the_stage_before(sessions: Sessions, vault: Vault, district: District, origin: Stage) -> None:
    """Wherever it was rejected from, though the person was told; of this he is told too."""
    ref, who = person(sessions, district, origin, phone=PHONE), actor(district)
    move(sessions, vault, ref, Stage.REJECTED, who)
    with transaction(sessions) as session:
        session.execute(update(OutboxRow).values(state=State.DELIVERED))
    assert back(sessions, vault, who) is origin
    assert stage_of(sessions) is origin
    change = history(sessions)[-1]
    assert (change.from_stage, change.to_stage, change.staff_id) == (Stage.REJECTED, origin, who.staff_id)
    with transaction(sessions) as session:
        row = session.scalars(select(OutboxRow).order_by(OutboxRow.id.desc())).first()
    assert row is not None
    assert (row.text_key, row.event, row.kind) == ("remind.stage", f"change:{change.id}", MessageKind.REMINDER)


def test_the_entry_stands_again(sessions: Sessions, vault: Vault, district: District) -> None:
    """Under its old number."""
    ref, who = person(sessions, district), actor(district)
    freeze(sessions, district, "village", MARCH)
    move(sessions, vault, ref, Stage.REJECTED, who)
    assert back(sessions, vault, who) is Stage.VILLAGE_LISTED
    with transaction(sessions) as session:
        [entry] = session.scalars(select(ListEntry)).all()
    assert (entry.number, entry.withdrawn_at) == (1, None)


@on_sqlite
@pytest.mark.parametrize("entered", [True, False])
def test_who_was_entered_as_rejected_begins_anew(
    sessions: Sessions, vault: Vault, district: District, entered: bool
) -> None:
    """There is no stage before: he has declared, and no more."""
    person(sessions, district, Stage.REJECTED)
    if entered:
        with transaction(sessions) as session:
            session.add(StageChange(application_id=1, changed_at=MID_MAY, to_stage=Stage.REJECTED))
    assert back(sessions, vault, actor(district)) is Stage.DECLARED


@on_sqlite
@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.REJECTED])
def test_only_the_rejected(sessions: Sessions, vault: Vault, district: District, stage: Stage) -> None:
    """Whoever stands elsewhere stays there."""
    person(sessions, district, stage)
    with pytest.raises(NotAllowed, match=f"not rejected, but stands at {stage}"):
        back(sessions, vault, actor(district))


@on_sqlite
@pytest.mark.parametrize(
    ("role", "area", "reason", "refusal"),
    [
        (Role.OFFICER, "T2", "x", "not in your area"),
        (Role.CADRE, "T1V1", "x", "a cadre may not decide"),
        (Role.OFFICER, "D", " ", "needs a reason"),
    ],
)
def test_who_may(
    sessions: Sessions, vault: Vault, district: District, role: Role, area: str, reason: str, refusal: str
) -> None:
    """Whoever may reject people of that village, with words."""
    person(sessions, district, Stage.REJECTED)
    with pytest.raises(NotAllowed, match=refusal):
        back(sessions, vault, actor(district, role, area), reason)


@on_sqlite
def test_an_unknown_application(sessions: Sessions, vault: Vault, district: District) -> None:
    """There is none."""
    with pytest.raises(NotFound):
        back(sessions, vault, actor(district), application_id=77)
    with transaction(sessions) as session:
        assert session.scalars(select(Application)).all() == []
