"""Another process's work on the same database: a thread with an engine of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, Self, TypeVar

from sqlalchemy.orm import Session

from core.db import open_engine, open_sessions, transaction
from tests.lines import eventually

T = TypeVar("T")


class Elsewhere(Generic[T]):
    """Does `work` in a transaction of its own when it is started; what it gives or raises comes out of `result`."""

    def __init__(self, url: str, work: Callable[[Session], T]) -> None:
        self._engine, self._work = open_engine(url), work
        self._found: list[T] = []
        self._raised: list[Exception] = []
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def start_and_wait_for_a_lock(self) -> None:
        """Begin, and return when PostgreSQL holds it up."""
        self.start()
        eventually(self._is_held_up, "it does not wait")

    def result(self) -> T:
        """What the work gave; raises what it raised."""
        self._thread.join(30)
        if self._raised:
            raise self._raised[0]
        return self._found[0]

    def _run(self) -> None:
        try:
            with transaction(open_sessions(self._engine)) as session:
                self._found.append(self._work(session))
        except Exception as error:  # noqa: BLE001 - it is raised again where it was asked for
            self._raised.append(error)

    def _is_held_up(self) -> bool:
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        with self._engine.connect() as connection:
            return bool(connection.exec_driver_sql(waiting).scalar())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(30)
        self._engine.dispose()
