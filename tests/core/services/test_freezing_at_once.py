"""core/services/lists: several processes may freeze the same list in the same moment, or move its window."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date

import pytest
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.application import StageChange
from core.domain.area import Area
from core.domain.published_list import PublishedList
from core.services import lists
from core.services.windows import move_window
from tests.elsewhere import Elsewhere
from tests.engines import on_postgresql
from tests.walls import MARCH, Wall


@pytest.fixture
def wall(sessions: Sessions, vault: Vault) -> Wall:
    """The lists of a district with two townships."""
    return Wall.of_a_district(sessions, vault)


def asking(wall: Wall, url: str) -> Elsewhere[PublishedList | None]:
    """Another process, which asks for the list of T1V1."""

    def ask(session: Session) -> PublishedList | None:
        return lists.current(session, wall.vault, "village", wall.areas["T1V1"], MARCH.date(), MARCH)

    return Elsewhere(url, ask)


@on_postgresql
def test_the_second_waits_and_finds_it(wall: Wall, database_url: str) -> None:
    """While the first has not committed the second waits; then both know the same list, with everybody on it once."""
    for _ in range(5):
        wall.person()
    with asking(wall, database_url) as other:
        with transaction(wall.sessions) as session:
            mine = lists.current(session, wall.vault, "village", wall.areas["T1V1"], MARCH.date(), MARCH)
            other.start_and_wait_for_a_lock()
        theirs = other.result()
    assert mine is not None
    assert theirs is not None
    assert (theirs.id, theirs.board_code, theirs.entries) == (mine.id, mine.board_code, 5)
    assert len(wall.entries(mine)) == 5
    assert len(wall.all(PublishedList)) == 1
    assert len(wall.all(StageChange)) == 5


@on_postgresql
def test_who_freezes_waits_for_whoever_moves_the_window(wall: Wall, database_url: str) -> None:
    """And sees what was decided: the list does not hang yet."""
    with asking(wall, database_url) as other:
        with transaction(wall.sessions) as session:
            area = session.get_one(Area, wall.areas["T1"])
            move_window(session, 2026, "village", area, date(2026, 3, 14), date(2026, 3, 23), None, MARCH)
            other.start_and_wait_for_a_lock()
        assert other.result() is None
    assert wall.all(PublishedList) == []


def test_many_at_once(wall: Wall, database_url: str) -> None:
    """Four at the same moment, on either engine: one list, one number each, one change each."""
    for _ in range(8):
        wall.person()
    with ExitStack() as stack:
        others = [stack.enter_context(asking(wall, database_url)) for _ in range(4)]
        for other in others:
            other.start()
        found = [other.result() for other in others]
    assert len({published and (published.id, published.board_code, published.entries) for published in found}) == 1
    assert len(wall.all(StageChange)) == 8
    assert len(wall.entries(wall.opened("village"))) == 8
