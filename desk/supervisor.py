"""One parent for several processes: it starts each, starts again what dies, and stops all together."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from threading import Event

import structlog

log = structlog.get_logger(__name__)

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
LIVED_LONG = 60.0
GRACE_SECONDS = 30.0


class Child:
    """One process and when it may be started again; a part that keeps dying hurts only itself."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name = name
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
            self.process = subprocess.Popen(self._command, start_new_session=True)  # noqa: S603 - our own parts


def supervise(commands: Mapping[str, Sequence[str]], stop: Event) -> None:
    """Keep `commands` running until `stop` is set, which SIGTERM and SIGINT do."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    children = [Child(name, command) for name, command in commands.items()]
    try:
        while not stop.is_set():
            for child in children:
                child.look_after(time.monotonic())
            stop.wait(0.5)
    finally:
        _stop(child.process for child in children if child.process is not None)


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
