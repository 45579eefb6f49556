"""core/group_commit: work of one moment shares a transaction; each gets its own value or its own error, once it is safe."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from core.db import Sessions, transaction
from core.delivery.inbox import InboxRow
from core.errors import Unavailable
from core.group_commit import GroupCommit
from tests.engines import on_postgresql, on_sqlite
from tests.rows import NOON

PATIENCE_SECONDS = 10


@pytest.fixture
def group(sessions: Sessions) -> GroupCommit:
    """A group commit over the test's database."""
    return GroupCommit(sessions)


@pytest.fixture
def commits(engine: Engine) -> list[object]:
    """Grows with every commit."""
    seen: list[object] = []
    event.listen(engine, "commit", seen.append)
    return seen


def adds(number: int) -> Callable[[Session], int]:
    """Work that adds row `number` and gives the number back."""

    def work(session: Session) -> int:
        session.add(InboxRow(id_hash=number, received_at=NOON, answer=b""))
        return number

    return work


def refuses(session: Session) -> int:
    """Work that wrote something and then thought better of it."""
    adds(200)(session)
    session.flush()
    raise LookupError("refused")


def all_in_one_moment(group: GroupCommit, works: list[Callable[[Session], int]]) -> list[Future[int]]:
    """Run `works` in a thread each, so that all of them wait while the first transaction is open."""
    entered, leave = threading.Event(), threading.Event()

    def holds(_session: Session) -> int:
        entered.set()
        assert leave.wait(PATIENCE_SECONDS)
        return 0

    with ThreadPoolExecutor(len(works) + 1) as pool:
        first = pool.submit(group.run, holds)
        assert entered.wait(PATIENCE_SECONDS)
        futures = [pool.submit(group.run, work) for work in works]
        while len(group._waiting) < len(works):
            leave.wait(0.001)  # gives the others their turn; nothing is set yet
        leave.set()
        first.result(PATIENCE_SECONDS)
    return futures


def kept(sessions: Sessions) -> int:
    """How many rows there are."""
    with transaction(sessions) as session:
        return session.scalar(select(func.count()).select_from(InboxRow)) or 0


def test_what_was_done_is_committed_when_it_returns(group: GroupCommit, sessions: Sessions) -> None:
    """On either engine, one unit of work by itself."""
    assert group.run(adds(1)) == 1
    assert kept(sessions) == 1


def test_what_fails_leaves_nothing_and_says_why(group: GroupCommit, sessions: Sessions) -> None:
    """The error is the work's own."""
    with pytest.raises(LookupError, match="refused"):
        group.run(refuses)
    assert kept(sessions) == 0


@on_sqlite
def test_those_who_wait_share_one_commit(group: GroupCommit, sessions: Sessions, commits: list[object]) -> None:
    """Eight wait while one is at work, which wrote nothing: one commit, and each has its own value."""
    futures = all_in_one_moment(group, [adds(number) for number in range(1, 9)])
    assert [future.result() for future in futures] == list(range(1, 9))
    assert len(commits) == 1
    assert kept(sessions) == 8


@on_sqlite
def test_one_that_fails_harms_no_other(group: GroupCommit, sessions: Sessions) -> None:
    """The others' rows are kept, the failed one's are not, and only its thread hears of it."""
    futures = all_in_one_moment(group, [adds(1), refuses, adds(2)])
    assert [futures[0].result(), futures[2].result()] == [1, 2]
    with pytest.raises(LookupError):
        futures[1].result()
    assert kept(sessions) == 2


@on_sqlite
def test_a_second_of_the_same_key_fails_alone(group: GroupCommit, sessions: Sessions) -> None:
    """A broken constraint is the error of whoever came second, also inside one group."""
    futures = all_in_one_moment(group, [adds(1), adds(1), adds(2)])
    failed = [future for future in futures if future.exception()]
    assert (len(failed), kept(sessions)) == (1, 2)


@on_sqlite
def test_a_database_that_is_away_is_tried_once_for_all(
    group: GroupCommit, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for the others' turn to find the same lock."""
    tries: list[int] = []

    def away(_session: Session) -> int:
        tries.append(1)
        raise Unavailable

    futures = all_in_one_moment(group, [away, adds(1), adds(2)])
    assert all(isinstance(future.exception(), Unavailable) for future in futures)
    assert (len(tries), kept(sessions)) == (1, 0)
    assert group.run(adds(3)) == 3


@on_sqlite
def test_many_threads_for_a_while(group: GroupCommit, sessions: Sessions) -> None:
    """No wake-up is lost and no work done twice: 200 rows by 8 threads are 200 rows."""
    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(lambda number: group.run(adds(number)), range(200))) == list(range(200))
    assert kept(sessions) == 200


@on_postgresql
def test_on_postgresql_each_commits_for_itself(group: GroupCommit, sessions: Sessions, commits: list[object]) -> None:
    """The server does the grouping; nobody waits for anybody here."""
    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(lambda number: group.run(adds(number)), range(1, 9))) == list(range(1, 9))
    assert len(commits) == 8
