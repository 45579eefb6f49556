"""The scheduler's process: APScheduler over the table of jobs, in the scheme's time zone."""

from __future__ import annotations

import signal
from datetime import datetime
from types import FrameType

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler

from core.line import Line
from scheduler.jobs import JOBS

GRACE_SECONDS = 3600


def build(line: Line, *, blocking: bool) -> BaseScheduler:
    """A scheduler that holds every job once, the first run at once; missed runs are made up for by a single one."""
    scheduler: BaseScheduler = (BlockingScheduler if blocking else BackgroundScheduler)(timezone=line.settings.timezone)
    for job in JOBS:
        scheduler.add_job(
            job.run,
            "interval",
            args=[line],
            id=job.id,
            name=job.id,
            seconds=job.seconds,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=GRACE_SECONDS,
            next_run_time=datetime.now(line.settings.timezone),
            replace_existing=True,
        )
    return scheduler


def run(line: Line) -> None:
    """Run the jobs until SIGTERM; a job under way is finished first."""
    scheduler = build(line, blocking=True)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        scheduler.shutdown(wait=False)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    scheduler.start()
