"""core/services/attempts: wrong tries add up within a day, lock for a day, and then are forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from core.db import Sessions, transaction
from core.domain.attempt import Attempts
from core.services.attempts import LOCKED_FOR, count, is_locked
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY

pytestmark = on_sqlite  # test_status tries the same on both engines

KEY, OTHER = b"k" * 32, b"o" * 32
SECOND = timedelta(seconds=1)


def wrong_tries(session: Session, *after: timedelta) -> int:
    """Wrong tries at these times after the middle of May; how many count at the last."""
    return [count(session, KEY, True, MID_MAY + each) for each in after][-1]


@pytest.mark.parametrize(
    ("label", "after", "counted"),
    [
        ("one", [timedelta()], 1),
        ("three at once", [timedelta()] * 3, 3),
        ("two within a day", [timedelta(), LOCKED_FOR - SECOND], 2),
        ("two a day apart", [timedelta(), LOCKED_FOR], 1),
        ("each within a day of the one before", [timedelta(hours=20 * n) for n in range(4)], 4),
    ],
)
def test_tries_add_up_while_they_come_within_a_day(
    sessions: Sessions, label: str, after: list[timedelta], counted: int
) -> None:
    """A day without a wrong try wipes the slate."""
    with transaction(sessions) as session:
        assert wrong_tries(session, *after) == counted


@pytest.mark.parametrize(
    ("label", "tries", "later", "locked"),
    [
        ("never tried", 0, timedelta(), False),
        ("one too few", 4, timedelta(), False),
        ("just as many", 5, timedelta(), True),
        ("more", 6, timedelta(), True),
        ("a second before the day is over", 5, LOCKED_FOR - SECOND, True),
        ("when the day is over", 5, LOCKED_FOR, False),
    ],
)
def test_the_last_try_starts_the_day(
    sessions: Sessions, label: str, tries: int, later: timedelta, locked: bool
) -> None:
    """Locked for a day from the last wrong try, and only under the key tried."""
    last = timedelta(minutes=7)
    with transaction(sessions) as session:
        for n in range(tries):
            count(session, KEY, True, MID_MAY + (last if n == tries - 1 else timedelta()))
        assert is_locked(session, KEY, 5, MID_MAY + last + later) is locked
        assert not is_locked(session, OTHER, 5, MID_MAY + last + later)


def test_a_right_try_neither_counts_nor_wipes_out(sessions: Sessions) -> None:
    """It leaves the count and its day as they were."""
    with transaction(sessions) as session:
        wrong_tries(session, *[timedelta()] * 3)
        assert count(session, KEY, False, MID_MAY + timedelta(hours=1)) == 3
        row = session.get_one(Attempts, KEY)
        assert (row.wrong, row.since) == (3, MID_MAY)


@pytest.mark.parametrize("tried_before", [False, True])
def test_right_and_wrong_run_the_same_reading_statements(
    sessions: Sessions, engine: Engine, tried_before: bool
) -> None:
    """What the database is asked does not depend on the outcome; only a wrong try of a known key is written."""
    asked: dict[bool, list[str]] = {True: [], False: []}
    for wrong, kept in asked.items():
        key = KEY if wrong else OTHER
        with transaction(sessions) as session:
            if tried_before:
                count(session, key, True, MID_MAY)
            session.expire_all()
            note = lambda _c, _cur, statement, *_rest, kept=kept: kept.append(statement)  # noqa: E731
            event.listen(engine, "before_cursor_execute", note)
            count(session, key, wrong, MID_MAY)
            event.remove(engine, "before_cursor_execute", note)
    reads = {wrong: [s for s in kept if s.startswith("SELECT")] for wrong, kept in asked.items()}
    assert reads[True] == reads[False]
