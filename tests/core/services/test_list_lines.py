"""core/services/lists: which list is meant, and what its lines show."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime

import pytest

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.application import ChildrenGround
from core.domain.published_list import ListEntry, PublishedList
from core.domain.stage import Stage
from core.errors import NotFound
from core.services import lists
from core.services.lists import LEVELS, Line
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY
from tests.walls import MARCH, Wall


@pytest.fixture
def wall(sessions: Sessions, vault: Vault) -> Wall:
    """The lists of a district with two townships."""
    return Wall.of_a_district(sessions, vault)


class TestFinding:
    """Which list is meant."""

    def test_the_area_of_each_level(self, wall: Wall) -> None:
        """The village itself, its township, its district."""
        with transaction(wall.sessions) as session:
            found = [lists.list_area(session, level, wall.areas["T2V1"]) for level in LEVELS]
        assert found == [wall.areas[code] for code in ("T2V1", "T2", "D")]

    @on_sqlite
    @pytest.mark.parametrize(("level", "area"), [("village", "T1"), ("township", "D"), ("county", "T1V1")])
    def test_an_area_without_a_list_of_that_level(self, wall: Wall, level: str, area: str) -> None:
        """A township is no village, and nobody knows a county."""
        with transaction(wall.sessions) as session, pytest.raises(NotFound, match=level):
            lists.list_area(session, level, wall.areas[area])

    @on_sqlite
    def test_an_unknown_area(self, wall: Wall) -> None:
        """There is none."""
        with transaction(wall.sessions) as session, pytest.raises(NotFound, match="no such area"):
            lists.list_area(session, "village", 10_000)

    def test_the_last_list_of_the_year(self, wall: Wall) -> None:
        """None before the first, then the latest in the procedure, also once its window is over; last year's never."""
        seen: list[str | None] = []
        for moment in ("03-11", "03-12", "03-30", "04-06", "05-07", "05-08", "12-31"):
            now = datetime.fromisoformat(f"2026-{moment}T09:00+08:00")
            wall.open_due(now)
            with transaction(wall.sessions) as session:
                last = lists.last_list(session, wall.areas["T1V1"], now.date())
            seen.append(last.level if last else None)
        assert seen == [None, "village", "village", "township", "township", "district", "district"]
        with transaction(wall.sessions) as session:
            assert lists.last_list(session, wall.areas["T1V1"], date(2027, 1, 1)) is None


@pytest.fixture
def posted(wall: Wall) -> PublishedList:
    """A township's list with two villages on it."""
    at = {"stage": Stage.TOWNSHIP_AUDITED}
    wall.person("T1V1", group="2组", name="欧阳春花", id_number="430521195003120021", **at)  # type: ignore[arg-type]
    wall.person("T1V1", name="王国强", id_number="430521194512310015", ground=ChildrenGround.ONE_CHILD, **at)  # type: ignore[arg-type]
    wall.person("T1V2", name="李桂兰", id_number="43052119600229002X", ground=ChildrenGround.TWO_DAUGHTERS, **at)  # type: ignore[arg-type]
    return wall.opened("township", now=MARCH.replace(month=4))


class TestLines:
    """What is shown of an entry."""

    def test_the_fields_that_may_be_posted(self, wall: Wall, posted: PublishedList) -> None:
        """Number, full name, sex, village and group, year of birth, ground: no more (policy-facts §9)."""
        assert wall.lines(posted) == [
            Line(1, "欧阳春花", "female", "名T1V1", "2组", 1950, None, False),
            Line(2, "王国强", "male", "名T1V1", "", 1945, ChildrenGround.ONE_CHILD, False),
            Line(3, "李桂兰", "female", "名T1V2", "", 1960, ChildrenGround.TWO_DAUGHTERS, False),
        ]
        assert {field.name for field in dataclasses.fields(Line)} == {
            "number", "name", "sex", "village", "group", "born", "ground", "withdrawn",
        }  # fmt: skip

    def test_by_pages_and_by_village(self, wall: Wall, posted: PublishedList) -> None:
        """After a number, so many, of one village or of all; the number stays the list's own."""
        numbers = lambda *args, **more: [line.number for line in wall.lines(posted, *args, **more)]  # noqa: E731
        assert numbers(after=1, limit=1) == [2]
        assert numbers(after=1) == [2, 3]
        assert numbers(after=3) == []
        assert numbers("T1V2") == [3]
        assert numbers("T1V1", after=1) == [2]
        with transaction(wall.sessions) as session:
            counts = [lists.count(session, posted.id, village) for village in (None, wall.areas["T1V1"], 10_000)]
        assert counts == [3, 2, 0]

    @on_sqlite
    def test_outside_the_window_the_surname_alone(self, wall: Wall, posted: PublishedList) -> None:
        """Of two characters where the surname has two."""
        assert [line.name for line in wall.lines(posted, open_now=False)] == ["欧阳某", "王某", "李某"]
        with transaction(wall.sessions) as session:
            one = lists.line(session, wall.vault, posted.id, 1, open_now=False)
        assert one is not None
        assert one.name == "欧阳某"

    @on_sqlite
    def test_who_stands_at_a_number(self, wall: Wall, posted: PublishedList) -> None:
        """The line of that number, of this list alone; None where there is none."""
        with transaction(wall.sessions) as session:
            found = [lists.line(session, wall.vault, posted.id, number) for number in (0, 2, 4)]
            assert lists.line(session, wall.vault, posted.id + 1, 2) is None
        assert found[0] is found[2] is None
        assert found[1] == wall.lines(posted)[1]

    def test_who_was_taken_off_keeps_the_number_and_not_the_name(self, wall: Wall, posted: PublishedList) -> None:
        """Shown as withdrawn, and counted."""
        with transaction(wall.sessions) as session:
            session.get_one(ListEntry, (posted.id, 2)).withdrawn_at = MID_MAY
        assert [(line.number, line.name, line.withdrawn) for line in wall.lines(posted)] == [
            (1, "欧阳春花", False),
            (2, "王某", True),
            (3, "李桂兰", False),
        ]
        with transaction(wall.sessions) as session:
            assert lists.count(session, posted.id, None) == 3
