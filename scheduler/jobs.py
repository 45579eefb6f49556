"""The jobs. Each can run at any time, twice, or late: what is due is always recomputed from the data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from core.clock import machine_now
from core.db import transaction
from core.delivery.inbox import forget_answers
from core.dialogue.session import forget_ended
from core.errors import KeysError, Unavailable
from core.heartbeat import beat
from core.line import Line
from core.services.attempts import forget_attempts
from core.services.linking import forget_codes

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Job:
    """What runs, under which id, every how many seconds."""

    id: str
    seconds: int
    work: Callable[[Line], None]

    def run(self, line: Line) -> None:
        """Do the work; a database or keys that are away are noted, and the next run finds what is still due."""
        try:
            self.work(line)
        except (Unavailable, KeysError):
            log.warning("job_put_off", job=self.id)


def _beat(line: Line) -> None:
    with transaction(line.sessions) as session:
        beat(session, "scheduler", machine_now())


def _tidy(line: Line) -> None:
    with transaction(line.sessions) as session:
        answers = forget_answers(session, machine_now())
    # A talk that does not open must not keep the answers of everybody else.
    with transaction(line.sessions) as session:
        talks = forget_ended(session, line.vault, line.clock.now())
        attempts = forget_attempts(session, line.clock.now())
        codes = forget_codes(session, line.clock.now())
    log.info("tidied", answers=answers, talks=talks, attempts=attempts, codes=codes)


JOBS = (
    Job("heartbeat", 30, _beat),
    Job("tidy", 300, _tidy),
)
