"""The scheduler's process: APScheduler over the table of jobs, in the scheme's time zone."""

from __future__ import annotations

import signal
from contextlib import suppress
from datetime import datetime
from types import FrameType

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler

from core.errors import Unavailable
from core.line import Line
from core.reminders.planner import Planner
from scheduler.duty import Duty
from scheduler.jobs import JOBS

GRACE_SECONDS = 3600


def build(duty: Duty, *, blocking: bool) -> BaseScheduler:
    """A scheduler that holds every job once, the first run at once; missed runs are made up for by a single one."""
    timezone = duty.line.settings.timezone
    scheduler: BaseScheduler = (BlockingScheduler if blocking else BackgroundScheduler)(timezone=timezone)
    for job in JOBS:
        scheduler.add_job(
            job.run,
            "interval",
            args=[duty],
            id=job.id,
            name=job.id,
            seconds=job.seconds,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=GRACE_SECONDS,
            next_run_time=datetime.now(timezone),
            replace_existing=True,
        )
    return scheduler


def run_now(scheduler: BaseScheduler) -> None:
    """Let every job run at once, whenever its turn was."""
    for job in scheduler.get_jobs():
        job.modify(next_run_time=datetime.now(scheduler.timezone))


def run(line: Line) -> None:
    """Run the jobs until SIGTERM; a job under way is finished first, then the work is left to whoever stands by."""
    duty = Duty(line, Planner(line.sessions))
    scheduler = build(duty, blocking=True)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        scheduler.shutdown(wait=False)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    line.clock.when_stepped(lambda: run_now(scheduler))
    scheduler.start()
    with suppress(Unavailable):  # then the lease runs out by itself
        duty.hand_over()
