"""A whole line for the tests of the doors: real records, keys and dialogue; policy questions alone go unanswered."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import Engine, event, func, select

from core.confidentiality.vault import Vault
from core.db import Base, Sessions, open_engine, transaction
from core.faq import Finder, Finding, load_catalogue
from core.group_commit import GroupCommit
from core.line import Line
from core.settings import Settings
from tests.stopped_clock import StoppedClock

SECONDS = 45


class IdleFinder(Finder):
    """Knows no answer, and so needs not the seconds that a true one trains for."""

    def find(self, query: str) -> Finding:
        """Nothing was found."""
        return Finding("unknown", None, (), "zh")


def make_line(sessions: Sessions, vault: Vault, clock: StoppedClock, settings: Settings) -> Line:
    """A line over these records and keys."""
    catalogue = load_catalogue()
    finder = IdleFinder(catalogue, encoder=None)
    return Line(sessions, GroupCommit(sessions), vault, clock, settings, finder, catalogue)


def count(sessions: Sessions, *kinds: type[Base]) -> list[int]:
    """How many rows each table holds."""
    with transaction(sessions) as session:
        return [session.scalar(select(func.count()).select_from(kind)) or 0 for kind in kinds]


def impatient(engine: Engine) -> None:
    """Let this engine's connections wait no more than a moment for SQLite's lock; to be called before the first."""
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=50"))


class Lock:
    """SQLite's write lock, held by somebody else for the length of the block."""

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)

    def __enter__(self) -> None:
        self._connection = self._engine.connect()
        self._connection.begin()

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._engine.dispose()


def eventually(condition: Callable[[], object], what: str = "", seconds: float = SECONDS) -> None:
    """Return as soon as `condition` holds; fail where it does not within so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what or "it did not happen in time"
        time.sleep(0.01)
