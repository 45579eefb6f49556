"""One scheduler's work done by a test, job by job."""

from __future__ import annotations

from core.line import Line
from core.reminders.planner import Planner
from scheduler.duty import Duty
from scheduler.jobs import JOBS, Job


def the_job(name: str) -> Job:
    """The job with that id."""
    return next(one for one in JOBS if one.id == name)


def work(line: Line, name: str) -> None:
    """Run the job with that id once over `line`, as its only scheduler."""
    the_job(name).run(Duty(line, Planner(line.sessions), holder="the only one"))
