"""The lists of the small district of the tests, and the people who come on them."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from sqlalchemy import select

from core.confidentiality.vault import Vault
from core.db import Base, Sessions, transaction
from core.domain.application import Application, ChildrenGround
from core.domain.person import Person
from core.domain.published_list import ListEntry, PublishedList
from core.domain.stage import Stage
from core.services import lists
from core.services.lists import Line
from tests.districts import District, settle, somebody
from tests.stopped_clock import SHANGHAI

RowT = TypeVar("RowT", bound=Base)

# The first morning of the village's posting.
MARCH = datetime(2026, 3, 12, 8, tzinfo=SHANGHAI)


class Wall:
    """Asks for lists, each time in a transaction of its own."""

    def __init__(self, sessions: Sessions, vault: Vault, district: District) -> None:
        self.sessions, self.vault, self.areas, self.staff = sessions, vault, district.areas, district.staff
        self._serial = 0

    @classmethod
    def of_a_district(cls, sessions: Sessions, vault: Vault) -> Wall:
        """The wall of a district that is settled first: two townships, three villages."""
        with transaction(sessions) as session:
            return cls(sessions, vault, settle(session, vault))

    def person(
        self,
        area: str = "T1V1",
        stage: Stage = Stage.DECLARED,
        group: str | None = None,
        year: int = 2026,
        name: str = "王桂兰",
        id_number: str = "",
        ground: ChildrenGround | None = None,
    ) -> int:
        """Somebody who stands there; the id of the application."""
        self._serial += 1
        with transaction(self.sessions) as session:
            number = id_number or f"43052119500312{self._serial:03}X"
            ref = somebody(session, self.vault, self.areas[area], id_number=number, stage=stage, year=year)
            person = session.scalars(select(Person).where(Person.ref == ref)).one()
            person.village_group, person.name = group, self.vault.seal(Person.name, name)
            application = session.scalars(select(Application).where(Application.person_id == person.id)).one()
            application.ground = ground
            return application.id

    def open(self, level: str, area: str = "T1V1", now: datetime = MARCH) -> PublishedList | None:
        """The list of that level that hangs for the village then."""
        with transaction(self.sessions) as session:
            return lists.current(session, self.vault, level, self.areas[area], now.date(), now)

    def opened(self, level: str, area: str = "T1V1", now: datetime = MARCH) -> PublishedList:
        """As `open`, where one must hang."""
        published = self.open(level, area, now)
        assert published is not None
        return published

    def open_due(self, now: datetime = MARCH) -> int:
        """What the scheduler does."""
        with transaction(self.sessions) as session:
            return lists.open_due(session, now.date(), now)

    def entries(self, published: PublishedList) -> list[int]:
        """The applications on the list, by number."""
        with transaction(self.sessions) as session:
            whose = select(ListEntry).where(ListEntry.list_id == published.id).order_by(ListEntry.number)
            entries = session.scalars(whose).all()
        assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
        return [entry.application_id for entry in entries]

    def lines(self, published: PublishedList, village: str | None = None, **more: int | bool) -> list[Line]:
        """The lines of the list."""
        paged = {"after": 0, "limit": 100, **more}
        village_id = self.areas[village] if village else None
        with transaction(self.sessions) as session:
            return lists.lines(session, self.vault, published.id, village_id, **paged)  # type: ignore[arg-type]

    def all(self, kind: type[RowT]) -> list[RowT]:
        """All records of a kind."""
        with transaction(self.sessions) as session:
            return list(session.scalars(select(kind)))

    def stages(self) -> list[Stage]:
        """Where the applications stand, in the order in which they were made."""
        with transaction(self.sessions) as session:
            return list(session.scalars(select(Application.stage).order_by(Application.id)))
