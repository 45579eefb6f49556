"""core/services/lists: a list is frozen once, when its window opens, and numbered in a fixed order."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, event, select

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import OutboxRow
from core.domain.application import Application, StageChange
from core.domain.area import Area, Level
from core.domain.published_list import PublishedList
from core.domain.stage import PROCEDURE, Stage
from core.services import lists
from core.services.lists import LEVELS
from core.services.windows import move_window
from tests.engines import on_sqlite
from tests.stopped_clock import StoppedClock
from tests.walls import MARCH, Wall


@pytest.fixture
def wall(sessions: Sessions, vault: Vault) -> Wall:
    """The lists of a district with two townships."""
    return Wall.of_a_district(sessions, vault)


class TestFreezing:
    """A list is frozen once, with everybody who stands at the stage before it."""

    def test_the_posting_itself_moves_people(self, wall: Wall) -> None:
        """Those who declared are on it and listed, by nobody's hand; those moved by hand before are on it as they
        are; nobody else is; and no message goes to each, for the reminder that the list hangs tells them."""
        declared, listed = wall.person(), wall.person(stage=Stage.VILLAGE_LISTED)
        others = [wall.person(stage=stage) for stage in Stage if stage not in PROCEDURE[:2]]
        wall.person(area="T1V2"), wall.person(year=2025)
        published = wall.opened("village")
        assert wall.entries(published) == [declared, listed]
        assert (published.year, published.level, published.area_id, published.entries) == (
            2026,
            "village",
            wall.areas["T1V1"],
            2,
        )
        assert published.frozen_at == MARCH
        assert len(published.board_code) == 4
        assert published.board_code.isdecimal()
        with transaction(wall.sessions) as session:
            (change,) = session.scalars(select(StageChange)).all()
            application = session.get_one(Application, declared)
        assert (change.application_id, change.from_stage, change.to_stage) == (declared, "declared", "village_listed")
        assert (change.staff_id, change.reason, change.changed_at) == (None, None, MARCH)
        assert (application.stage, application.stage_since) == (Stage.VILLAGE_LISTED, MARCH)
        assert wall.stages() == [Stage.VILLAGE_LISTED] * 2 + [Stage(stage) for stage in Stage][2:] + [
            Stage.DECLARED,
            Stage.DECLARED,
        ]
        assert len(others) == len(Stage) - 2
        assert wall.all(OutboxRow) == []

    @pytest.mark.parametrize(
        ("level", "before", "after", "now", "on_it"),
        [
            ("village", "declared", "village_listed", "03-12", {"T1V1"}),
            ("township", "township_audited", "township_listed", "04-06", {"T1V1", "T1V2"}),
            ("district", "bureau_reviewed", "district_listed", "05-08", {"T1V1", "T1V2", "T2V1"}),
        ],
    )
    def test_each_level_holds_its_area(
        self, wall: Wall, level: str, before: str, after: str, now: str, on_it: set[str]
    ) -> None:
        """The village's, the township's and the district's list, each of its own stage."""
        people = {area: wall.person(area, Stage(before)) for area in ("T1V1", "T1V2", "T2V1")}
        published = wall.opened(level, "T1V1", datetime.fromisoformat(f"2026-{now}T00:00+08:00"))
        assert wall.entries(published) == [people[area] for area in sorted(on_it)]
        assert wall.stages() == [Stage(after if area in on_it else before) for area in people]

    def test_the_order_is_fixed(self, wall: Wall) -> None:
        """By village code, then by village group as people count, then by who applied first; no group, last."""
        groups = ["10组", None, "三组", "2组", "十一组", "2组", "上湾"]
        first, last, third, second, eleventh, second_too, named = (
            wall.person("T1V1", Stage.TOWNSHIP_AUDITED, group) for group in groups
        )
        earlier_village = wall.person("T1V2", Stage.TOWNSHIP_AUDITED, "9组")
        with transaction(wall.sessions) as session:
            session.get_one(Area, wall.areas["T1V2"]).code = "T1V0"
        published = wall.opened("township", now=MARCH.replace(month=4))
        order = [earlier_village, second, second_too, third, first, eleventh, named, last]
        assert wall.entries(published) == order

    def test_it_does_not_change(self, wall: Wall) -> None:
        """Neither by being asked for again, nor by who declares later; the later one stays where he is."""
        wall.person()
        before = wall.opened("village")
        wall.person()
        after = wall.opened("village", now=MARCH + timedelta(days=5))
        assert (after.id, after.board_code, after.entries, after.frozen_at) == (before.id, before.board_code, 1, MARCH)
        assert wall.stages() == [Stage.VILLAGE_LISTED, Stage.DECLARED]
        assert len(wall.all(PublishedList)) == 1

    def test_an_empty_list_is_a_list(self, wall: Wall) -> None:
        """It hangs, with a code and no entry, so that a name written under it by hand is found out."""
        published = wall.opened("village")
        assert (published.entries, wall.entries(published), len(published.board_code)) == (0, [], 4)

    def test_both_days_are_included_in_the_schemes_zone(self, wall: Wall) -> None:
        """From the first midnight of Shanghai to the last moment before the day after, whatever day UTC has."""
        clock = StoppedClock()
        moments = {
            "2026-03-11T23:59:59.999+08:00": False,
            "2026-03-12T00:00:00+08:00": True,
            "2026-03-21T23:59:59.999+08:00": True,
            "2026-03-22T00:00:00+08:00": False,
        }
        for moment, hangs in moments.items():
            now = clock.move(to=datetime.fromisoformat(moment))
            assert clock.today() == date.fromisoformat(moment[:10])
            assert (wall.open("village", now=now) is not None) is hangs, moment

    def test_a_moved_window_decides(self, wall: Wall) -> None:
        """By the village's own days, not the calendar's."""
        with transaction(wall.sessions) as session:
            area = session.get_one(Area, wall.areas["T1V1"])
            move_window(session, 2026, "village", area, date(2026, 3, 1), date(2026, 3, 5), None, MARCH)
        assert wall.open("village") is None
        assert wall.open("village", "T1V2") is not None
        assert wall.open("village", now=MARCH.replace(day=5)) is not None

    @on_sqlite
    def test_an_office_posts_a_townships_list(self, wall: Wall) -> None:
        """A sub-district office stands beside the townships."""
        with transaction(wall.sessions) as session:
            office = Area(code="O", name="名O", level=Level.OFFICE, parent_id=wall.areas["D"])
            session.add(office)
            session.flush()
            session.add(village := Area(code="OV1", name="名OV1", level=Level.VILLAGE, parent_id=office.id))
            session.flush()
            wall.areas.update(O=office.id, OV1=village.id)
        wall.person("OV1", Stage.TOWNSHIP_AUDITED)
        published = wall.opened("township", "OV1", MARCH.replace(month=4))
        assert (published.area_id, published.entries) == (wall.areas["O"], 1)

    @on_sqlite
    @pytest.mark.parametrize(("drawn", "code"), [(0, "0000"), (42, "0042"), (9999, "9999")])
    def test_the_board_code_is_drawn(self, wall: Wall, monkeypatch: pytest.MonkeyPatch, drawn: int, code: str) -> None:
        """One of ten thousand at random, always in four digits."""
        monkeypatch.setattr("secrets.randbelow", {10_000: drawn}.__getitem__)
        assert wall.opened("village").board_code == code

    @on_sqlite
    def test_the_work_does_not_grow_by_the_row(self, wall: Wall, engine: Engine) -> None:
        """As many statements for 30 people as for one."""
        counted = _Statements(engine)
        wall.person("T1V1")
        with counted:
            wall.opened("village", "T1V1")
        for_one = counted.number
        for _ in range(30):
            wall.person("T1V2")
        with counted:
            wall.opened("village", "T1V2")
        assert counted.number == for_one


class _Statements:
    """Counts what is sent to the database within the block."""

    def __init__(self, engine: Engine) -> None:
        self._on = False
        self.number = 0
        event.listen(engine, "before_cursor_execute", self._count)

    def _count(self, *_: object) -> None:
        self.number += self._on

    def __enter__(self) -> None:
        self._on, self.number = True, 0

    def __exit__(self, *_: object) -> None:
        self._on = False


class TestAllThatAreDue:
    """What the scheduler freezes, however often and late it comes."""

    def test_all_open_lists_and_no_other(self, wall: Wall) -> None:
        """Three villages in March, two townships in April, one district in May, each once; none between."""
        clock, done = MARCH, []
        while clock < MARCH.replace(month=6):
            if frozen := wall.open_due(clock):
                done.append((f"{clock:%m-%d}", frozen))
            clock += timedelta(days=1)
        assert done == [("03-12", 3), ("04-06", 2), ("05-08", 1)]
        places = [(published.level, published.area_id) for published in wall.all(PublishedList)]
        levels = {"village": ("T1V1", "T1V2", "T2V1"), "township": ("T1", "T2"), "district": ("D",)}
        assert places == [(level, wall.areas[code]) for level in LEVELS for code in levels[level]]

    def test_late_is_not_too_late(self, wall: Wall) -> None:
        """On the last day of the window a list is still frozen; after it no more."""
        assert wall.open_due(MARCH.replace(day=22)) == 0
        assert wall.open_due(MARCH.replace(day=21)) == 3

    def test_what_hangs_is_left_alone(self, wall: Wall) -> None:
        """A list that a resident asked for first is not counted again."""
        wall.opened("village")
        assert wall.open_due() == 2
        assert wall.open_due() == 0

    @on_sqlite
    def test_so_many_at_once(self, wall: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
        """The rest at the next call."""
        monkeypatch.setattr(lists, "MOST_AT_ONCE", 2)
        assert [wall.open_due() for _ in range(3)] == [2, 1, 0]
