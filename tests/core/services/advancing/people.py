"""People who stand somewhere in the procedure, staff who move them, and what is kept of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.application import Application, StageChange
from core.domain.case import Case, CaseKind, CaseState
from core.domain.person import Person
from core.domain.published_list import PublishedList
from core.domain.staff import Role
from core.domain.stage import Stage
from core.services import lists
from core.services.acting import Actor
from core.services.advancing import advance
from tests.districts import District, somebody
from tests.stopped_clock import MID_MAY

PHONE = "+8613800138000"


def actor(district: District, role: Role = Role.OFFICER, area: str = "D") -> Actor:
    """A member of staff of that role for that area, who exists as the role's first."""
    number = next(number for (other, _), number in district.staff.items() if other is role)
    return Actor(number, role, district.areas[area])


def person(
    sessions: Sessions,
    district: District,
    stage: Stage | None = Stage.DECLARED,
    village: str = "T1V1",
    phone: str = "",
) -> str:
    """Somebody who stands there; the reference."""
    with transaction(sessions) as session:
        return somebody(session, district.vault, district.areas[village], stage=stage, phone=phone)


def move(
    sessions: Sessions, vault: Vault, ref: str, target: Stage, who: Actor, reason: str = "x", now: datetime = MID_MAY
) -> Stage:
    """Advance, in a transaction of its own."""
    with transaction(sessions) as session:
        return advance(session, vault, ref, target, who, reason, now)


def history(sessions: Sessions) -> list[StageChange]:
    """All changes, oldest first."""
    with transaction(sessions) as session:
        return list(session.scalars(select(StageChange).order_by(StageChange.id)))


def stage_of(sessions: Sessions) -> Stage:
    """Where the only application stands."""
    with transaction(sessions) as session:
        return session.scalars(select(Application.stage)).one()


def freeze(sessions: Sessions, district: District, level: str, now: datetime, area: str = "T1V1") -> PublishedList:
    """The list of that level which hangs then."""
    with transaction(sessions) as session:
        published = lists.current(session, district.vault, level, district.areas[area], now.date(), now)
    assert published is not None
    return published


def objection(session: Session, district: District, kind: CaseKind = CaseKind.ENTRY, ref: str = "") -> int:
    """A case against the application of `ref`, or the only one there is; its number."""
    applications = select(Application).join(Person, Person.id == Application.person_id)
    application = session.scalars(applications.where(Person.ref == ref) if ref else applications).one()
    case = Case(
        kind=kind,
        state=CaseState.OPEN,
        area_id=district.areas["T1V1"],
        office_id=district.areas["T1"],
        application_id=application.id,
        opened_at=MID_MAY,
        due_on=MID_MAY.date(),
    )
    session.add(case)
    session.flush()
    return case.id
