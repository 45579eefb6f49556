"""core/services/advancing: what a change of stage does beside itself: the person is told, and the lists show it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import MessageKind, OutboxRow, State
from core.domain.person import Person
from core.domain.published_list import ListEntry
from core.domain.stage import Stage
from core.services import lists
from tests.core.services.advancing.people import PHONE, actor, history, move, person
from tests.districts import District
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY, SHANGHAI

TOLD = [
    (Stage.DECLARED, Stage.VILLAGE_LISTED, "remind.stage", MessageKind.REMINDER),
    (Stage.DISTRICT_LISTED, Stage.CONFIRMED, "remind.confirmed", MessageKind.DECISION),
    (Stage.DECLARED, Stage.REJECTED, "remind.rejected", MessageKind.DECISION),
    (Stage.CONFIRMED, Stage.CEASED, "remind.stage", MessageKind.REMINDER),
]


@pytest.mark.parametrize(("origin", "target", "key", "kind"), TOLD, ids=[row[1] for row in TOLD])
def test_the_person_is_told(
    sessions: Sessions, vault: Vault, district: District, origin: Stage, target: Stage, key: str, kind: MessageKind
) -> None:
    """In the same transaction, by a row that names the change and holds nothing of it, for a fortnight."""
    ref = person(sessions, district, origin, phone=PHONE)
    move(sessions, vault, ref, target, actor(district))
    [change] = history(sessions)
    with transaction(sessions) as session:
        [row] = session.scalars(select(OutboxRow)).all()
        someone = session.scalars(select(Person)).one()
    assert (row.text_key, row.event, row.kind, row.person_id) == (key, f"change:{change.id}", kind, someone.id)
    assert (row.state, row.fields, row.expires_at - MID_MAY) == (State.QUEUED, None, timedelta(days=14))


@on_sqlite
@pytest.mark.parametrize(("target", "phone"), [(Stage.WITHDRAWN, PHONE), (Stage.REJECTED, "")])
def test_who_knows_it_or_has_no_phone_is_not_told(
    sessions: Sessions, vault: Vault, district: District, target: Stage, phone: str
) -> None:
    """Who withdrew knows it; who has no phone is visited."""
    ref = person(sessions, district, phone=phone)
    move(sessions, vault, ref, target, actor(district))
    with transaction(sessions) as session:
        assert session.scalars(select(OutboxRow)).all() == []


@pytest.mark.parametrize("target", [Stage.REJECTED, Stage.WITHDRAWN, Stage.CEASED, Stage.VILLAGE_REVIEWED])
def test_who_leaves_is_taken_off_the_lists(sessions: Sessions, vault: Vault, district: District, target: Stage) -> None:
    """The entry stays, as withdrawn since then; who goes on stays on it."""
    ref = person(sessions, district)
    march = datetime(2026, 3, 12, 8, tzinfo=SHANGHAI)
    with transaction(sessions) as session:
        lists.current(session, vault, "village", district.areas["T1V1"], march.date(), march)
    move(sessions, vault, ref, target, actor(district))
    with transaction(sessions) as session:
        [entry] = session.scalars(select(ListEntry)).all()
    assert entry.withdrawn_at == (None if target is Stage.VILLAGE_REVIEWED else MID_MAY)
