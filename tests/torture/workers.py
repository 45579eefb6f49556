"""Processes of the program that are killed and started again, as by a machine that loses its power.

They are forked from one process that has imported the program already, so that a start costs hundredths of a second
instead of seconds; settings, database and threads are each process's own.
"""

from __future__ import annotations

import random
import time
from itertools import count
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from multiprocessing.forkserver import ensure_running
from pathlib import Path

from tests.processes import SECONDS, Program
from tests.torture.forked_part import become_part

IMPORTED = [
    "desk.serve",
    "bot.sender",
    "core.delivery.loop",
    "core.migrations.run",
    "core.reminders.compose",
    "psycopg",
    "scheduler.app",
    "sms.gateways.android.sender",
    "sms.gateways.twilio.sender",
]


AWAY = "The database cannot be reached just now; nothing was saved."


def fork_server() -> ForkServerContext:
    """What starts the processes; it begins to import at once."""
    context = get_context("forkserver")
    context.set_forkserver_preload(IMPORTED)
    ensure_running()
    return context


class Worker:
    """One process at a time, of the command `words`; `files` hold what each has printed."""

    def __init__(self, context: ForkServerContext, program: Program, words: list[str], name: str) -> None:
        self._context, self._program, self._words = context, program, words
        self._names = (program.folder / f"{name}-{number}.txt" for number in count(1))
        self.files: list[Path] = []
        self.start()

    def start(self) -> None:
        """Start a process."""
        self.files.append(next(self._names))
        environment = self._program._environment({})
        self.process = self._context.Process(
            target=become_part, args=(self._program.folder, environment, self._words, self.files[-1])
        )
        self.process.start()

    @property
    def works(self) -> bool:
        """Whether it has got so far as to send: then it has printed a line."""
        return self.files[-1].exists() and self.files[-1].stat().st_size > 0

    def look_after(self) -> None:
        """Start it again where it found no database at its start, as the program's own parent does. Fails where it has
        died of anything else."""
        if self.process.exitcode is not None:
            assert self.files[-1].read_text("utf-8").rstrip().endswith(AWAY)
            self._ended(1)
            self.start()

    def kill(self) -> None:
        """Kill it without warning, wherever it is."""
        self.process.kill()
        self._ended(-9)

    def stop(self) -> None:
        """End it in good order."""
        self.process.terminate()
        self._ended(0)

    def _ended(self, status: int) -> None:
        self.process.join(SECONDS)
        assert self.process.exitcode == status, self.files[-1].read_text("utf-8")[-2000:]
        self.process.close()


class Crew:
    """So many workers over one installation; `kill_one` strikes at random, by a seed that makes a run repeatable."""

    def __init__(self, context: ForkServerContext, program: Program, size: int, seed: int, *words: str) -> None:
        self._random = random.Random(seed)
        self.workers = [Worker(context, program, ["serve", "sender", *words], f"worker-{n}") for n in range(size)]
        self.kills = 0

    def kill_one(self, longest: float) -> bool:
        """Kill one of those who are sending, within `longest` seconds from now, and start it again; False where none
        is sending."""
        self.look_after()
        at_work = [worker for worker in self.workers if worker.works]
        if not at_work:
            return False
        time.sleep(self._random.uniform(0, longest))
        self.look_after()
        victim = self._random.choice(at_work)
        victim.kill()
        victim.start()
        self.kills += 1
        return True

    def look_after(self) -> None:
        """Start again who found no database."""
        for worker in self.workers:
            worker.look_after()

    def stop(self) -> None:
        """End all in good order. Fails where one has died of itself."""
        for worker in self.workers:
            worker.stop()

    def printed(self) -> str:
        """All that the workers have printed."""
        return "".join(file.read_text("utf-8") for worker in self.workers for file in worker.files if file.exists())
