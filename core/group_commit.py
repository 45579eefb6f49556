"""Group commit: what several threads want written at the same moment is one transaction, one wait for the disk.

SQLite has one writer at a time, and a durable commit waits for the disk; without this each message would wait for the
disk alone, in turn. On PostgreSQL the server does the same by itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from core.db import Sessions, is_sqlite, transaction

T = TypeVar("T")


@dataclass
class _Job(Generic[T]):
    work: Callable[[Session], T]
    done: bool = False
    value: list[T] = field(default_factory=list)
    error: Exception | None = None

    def result(self) -> T:
        if self.error is not None:
            raise self.error
        return self.value[0]


class GroupCommit:
    """Runs units of work in transactions; each returns only when what it wrote is safe."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._together = is_sqlite(sessions)
        self._waiting: deque[_Job[object]] = deque()
        self._turn = Lock()

    def run(self, work: Callable[[Session], T]) -> T:
        """The value of `work`, committed. It may be run twice, on a fresh transaction, so it must change nothing else.

        Raises what `work` raises, and Unavailable where the database is away, locked or full.
        """
        if not self._together:
            return _alone(self._sessions, work)
        job: _Job[T] = _Job(work)
        self._waiting.append(job)  # type: ignore[arg-type]
        with self._turn:  # whoever gets here first does the work of all who wait behind
            if not job.done:
                self._run_all()
        return job.result()

    def _run_all(self) -> None:
        jobs = [self._waiting.popleft() for _ in range(len(self._waiting))]
        try:
            with transaction(self._sessions) as session:
                values = []
                for job in jobs:
                    values.append(job.work(session))
                    session.flush()
        except Exception:  # noqa: BLE001 - one of them failed: each is run alone, and raises its own error
            for job in jobs:
                self._run_one(job)
        else:
            for job, value in zip(jobs, values, strict=True):
                job.value.append(value)
                job.done = True

    def _run_one(self, job: _Job[object]) -> None:
        try:
            job.value.append(_alone(self._sessions, job.work))
        except Exception as error:  # noqa: BLE001 - it is raised again where it was asked for
            job.error = error
        job.done = True


def _alone(sessions: Sessions, work: Callable[[Session], T]) -> T:
    with transaction(sessions) as session:
        return work(session)
