"""One parent for several processes: it starts each, starts again what dies, and stops all together. Whatever ends the
parent ends them too."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from threading import Event, Thread

import structlog

log = structlog.get_logger(__name__)

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
LIVED_LONG = 60.0
GRACE_SECONDS = 30.0
# Tells a child that its standard input is the parent's pipe, on which nothing is said: it closes when the parent ends.
TIED = "JIANGFU_TIED_TO_PARENT"


def end_with_parent() -> None:
    """In a child of `supervise`: end as by SIGTERM when the parent is gone, also where it was killed without a word, so
    that nobody sends or answers on beside the next start. Elsewhere it does nothing."""
    if os.environ.pop(TIED, ""):
        Thread(target=_end_when_it_closes, daemon=True).start()


def _end_when_it_closes() -> None:
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)


class Child:
    """One process and when it may be started again; a part that keeps dying hurts only itself."""

    def __init__(self, name: str, command: Sequence[str], tie: int | None = None) -> None:
        """`tie`: the end of a pipe that becomes its standard input; it ends when the other end closes."""
        self.name = name
        self._tie = tie
        self._command = command
        self._wait = FIRST_WAIT
        self._start_at = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def look_after(self, now: float) -> None:
        """Start it if it is not running and its wait is over. `now` is a monotonic time in seconds."""
        if self.process is not None and self.process.poll() is not None:
            log.error("part_died", name=self.name, status=self.process.returncode)
            lived = now - self._start_at
            self._wait = FIRST_WAIT if lived > LIVED_LONG else min(self._wait * 2, LONGEST_WAIT)
            self._start_at = now + self._wait
            self.process = None
        if self.process is None and now >= self._start_at:
            self._start_at = now
            self.process = subprocess.Popen(  # noqa: S603 - our own parts
                self._command,
                start_new_session=True,
                stdin=self._tie,
                env=None if self._tie is None else {**os.environ, TIED: "1"},
            )


def supervise(commands: Mapping[str, Sequence[str]], stop: Event) -> None:
    """Keep `commands` running until `stop` is set, which SIGTERM and SIGINT do."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    tie, ours = os.pipe()  # the children inherit the first alone, so the second closes with this process
    children = [Child(name, command, tie) for name, command in commands.items()]
    try:
        while not stop.is_set():
            for child in children:
                child.look_after(time.monotonic())
            stop.wait(0.5)
    finally:
        _stop(child.process for child in children if child.process is not None)
        os.close(tie)
        os.close(ours)


def _stop(processes: object) -> None:
    running = list(processes)  # type: ignore[call-overload]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for process in running:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
