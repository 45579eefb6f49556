"""Group commit: what several threads want written at the same moment is one transaction, one wait for the disk.

SQLite has one writer at a time, and a durable commit waits for the disk; without this each message would wait for the
disk alone, in turn. On PostgreSQL the server does the same by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session

from core.db import Sessions, is_sqlite, transaction
from core.errors import Unavailable

T = TypeVar("T")
Work = Callable[[Session], T]
Start = Callable[[Session, Sequence[Any]], None]
Finish = Callable[[Session, Sequence[T]], None]


def _nothing(_session: Session, _many: Sequence[Any]) -> None:
    """For work that has nothing to read or to write for many at once."""


class _Job(Generic[T]):
    """One unit of work, and the gate at which its thread waits: until it is done, or until it is to lead."""

    def __init__(self, work: Work[T], start: Start, finish: Finish[T]) -> None:
        self.work = work
        self.start = start
        self.finish = finish
        self.done = False
        self.value: list[T] = []
        self.error: Exception | None = None
        self.gate = Lock()
        self.gate.acquire()

    def succeed(self, value: T) -> None:
        """Note that the work is safe, and what it gave."""
        self.value.append(value)

    def result(self) -> T:
        """What the work gave. Raises what it raised."""
        if self.value:
            return self.value[0]
        raise self.error or Unavailable  # the latter where the leader died before it came to this one


class GroupCommit:
    """Runs units of work in transactions; each returns only when what it wrote is safe."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._together = is_sqlite(sessions)
        self._lock = Lock()
        self._waiting: list[_Job[Any]] = []
        self._is_led = False

    def run(self, work: Work[T], start: Start = _nothing, finish: Finish[T] = _nothing) -> T:
        """The value of `work`, committed. It may be run twice, on a fresh transaction, so it must change nothing else.

        `start` is given all works that share the transaction and the same `start`, before any is run; `finish` the
        values of all with the same `finish`, before the commit: for what is cheaper to read or write for many at once.

        Raises what `work` raises, and Unavailable where the database is away, locked or full.
        """
        if not self._together:
            return _alone(self._sessions, work, start, finish)
        job = _Job(work, start, finish)
        with self._lock:
            self._waiting.append(job)
            must_wait, self._is_led = self._is_led, True
        if must_wait:
            job.gate.acquire()
        if not job.done:
            self._lead()
        return job.result()

    def _lead(self) -> None:
        """Do the work of all who wait, the own included; then let the next one lead, and only then wake those done,
        so that the next group does not queue behind them."""
        with self._lock:
            group, self._waiting = self._waiting, []
        try:
            self._run(group)
        finally:
            with self._lock:
                self._is_led = bool(self._waiting)
                if self._is_led:
                    self._waiting[0].gate.release()
            for job in group:
                job.done = True
                job.gate.release()

    def _run(self, group: list[_Job[Any]]) -> None:
        try:
            with transaction(self._sessions) as session:
                values = []
                for start in {job.start for job in group}:
                    start(session, [job.work for job in group if job.start is start])
                for job in group:
                    values.append(job.work(session))
                    session.flush()
                for finish in {job.finish for job in group}:
                    finish(session, [v for job, v in zip(group, values, strict=True) if job.finish is finish])
        except Unavailable as error:
            for job in group:  # it would not do better for each alone, after waiting for the database in turn
                job.error = error
        except Exception:  # noqa: BLE001 - one of them failed: each is run alone, and raises its own error
            for job in group:
                self._run_alone(job)
        else:
            for job, value in zip(group, values, strict=True):
                job.succeed(value)

    def _run_alone(self, job: _Job[Any]) -> None:
        try:
            job.succeed(_alone(self._sessions, job.work, job.start, job.finish))
        except Exception as error:  # noqa: BLE001 - it is raised again where it was asked for
            job.error = error


def _alone(sessions: Sessions, work: Work[T], start: Start, finish: Finish[T]) -> T:
    with transaction(sessions) as session:
        start(session, [work])
        value = work(session)
        finish(session, [value])
        return value
