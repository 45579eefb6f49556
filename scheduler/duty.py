"""Duty: of several schedulers one holds the lease and does the work, the others stand by and take over."""

from __future__ import annotations

import os
import secrets
import socket
from dataclasses import dataclass, field
from datetime import timedelta

from core import lease
from core.clock import machine_now
from core.db import transaction
from core.line import Line
from core.reminders.planner import Planner

WORK = "scheduler"
# Renewed with every heartbeat. A holder that died is followed before health counts the scheduler as silent.
LENGTH = timedelta(seconds=60)


def _somebody() -> str:
    return f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(4)}"


@dataclass(frozen=True)
class Duty:
    """What the jobs of one scheduler work with: the line, its planner, and the name under which it holds the lease."""

    line: Line
    planner: Planner
    holder: str = field(default_factory=_somebody)

    def is_mine(self) -> bool:
        """Whether this scheduler is the one to work: it takes the lease where it is free or run out, or renews it.
        Raises Unavailable where the database is away."""
        with transaction(self.line.sessions) as session:
            return lease.hold(session, WORK, self.holder, machine_now(), LENGTH)

    def hand_over(self) -> None:
        """Leave the work to whoever stands by, at once. Raises Unavailable where the database is away."""
        with transaction(self.line.sessions) as session:
            lease.release(session, WORK, self.holder)
