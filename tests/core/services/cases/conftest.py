"""A small district in the middle of a posting, and what somebody says against its list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.application import Application
from core.domain.case import Case, CaseKind, Ground
from core.domain.published_list import ListEntry, PublishedList
from core.domain.staff import Role
from core.domain.stage import Stage
from core.services import lists
from core.services.acting import Actor
from core.services.cases.raising import Matter, Raised, raise_case
from tests.districts import District, _staff, settle, somebody
from tests.stopped_clock import SHANGHAI

DAYS = 5
# In the village's, the township's and the district's posting (12-21 March, 6-15 April, 8-18 May).
IN_POSTING = {
    "village": datetime(2026, 3, 15, 10, 30, tzinfo=SHANGHAI),
    "township": datetime(2026, 4, 10, 10, 30, tzinfo=SHANGHAI),
    "district": datetime(2026, 5, 12, 10, 30, tzinfo=SHANGHAI),
}
_BEFORE = {"village": Stage.DECLARED, "township": Stage.TOWNSHIP_AUDITED, "district": Stage.BUREAU_REVIEWED}
PHONE, APPLICANT_PHONE = "+8613800138000", "+8613900139000"
SENDER = b"s" * 32


@dataclass
class Posted:
    """A list that hangs, with one applicant at number 1, and who speaks of it."""

    district: District
    published: PublishedList
    ref: str
    now: datetime

    @property
    def village_id(self) -> int:
        """The applicant's village."""
        return self.district.areas["T1V1"]

    def entry(self, words: str = "", ground: Ground | None = Ground.AGE) -> Matter:
        """An objection to the one entry."""
        return Matter(CaseKind.ENTRY, self.village_id, words, ground, self.published, 1)

    def says(
        self,
        session: Session,
        matter: Matter | None = None,
        *,
        contact_id: int | None = None,
        sender: bytes = SENDER,
        now: datetime | None = None,
    ) -> Raised:
        """File `matter` (an objection to the entry where it is left out)."""
        return raise_case(
            session, self.district.vault, matter or self.entry(), sender, contact_id, DAYS, now or self.now
        )


@pytest.fixture
def district(sessions: Sessions, vault: Vault) -> District:
    """Two townships with their villages and staff."""
    with transaction(sessions) as session:
        return settle(session, vault)


def posted(session: Session, vault: Vault, district: District, level: str = "village") -> Posted:
    """The list of that level, frozen in its window, with one applicant of the village T1V1."""
    now, village = IN_POSTING[level], district.areas["T1V1"]
    ref = somebody(session, vault, village, stage=_BEFORE[level], phone=APPLICANT_PHONE)
    published = lists.current(session, vault, level, village, now.date(), now)
    assert published is not None
    assert session.get(ListEntry, (published.id, 1)) is not None
    return Posted(district, published, ref, now)


def officer(session: Session, district: District, area: str, role: Role = Role.OFFICER) -> Actor:
    """A new member of staff of that area."""
    number = session.query(Case).count() + len(district.staff) + 100
    while (role, f"{area} {number}") in district.staff:
        number += 1
    member = _staff(session, district.vault, role, district.areas[area], f"+8613907{number:06}")
    district.staff[role, f"{area} {number}"] = member.id
    return Actor(member.id, role, district.areas[area])


def only_case(session: Session) -> Case:
    """The one case there is."""
    return session.scalars(select(Case)).one()


def stage_of_applicant(session: Session) -> Stage:
    """Where the one applicant stands."""
    return session.scalars(select(Application.stage)).one()
