"""scheduler/app: a demo whose clock is stepped need not wait for what the new day brings."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from queue import Queue

from apscheduler.schedulers.background import BackgroundScheduler

from demo.stepped_clock import SteppedClock
from scheduler.app import run_now
from tests.stopped_clock import SHANGHAI


def test_a_step_lets_every_job_run(tmp_path: Path) -> None:
    """Jobs whose turn is hours away run as soon as the clock is stepped."""
    clock, ran = SteppedClock(SHANGHAI, tmp_path / "clock"), Queue()
    clock.show_day(date(2026, 5, 12))
    scheduler = BackgroundScheduler(timezone=SHANGHAI)
    for name in ("lists", "reminders"):
        scheduler.add_job(ran.put, "interval", args=[name], hours=5, id=name)
    scheduler.start()
    try:
        clock.when_stepped(lambda: run_now(scheduler))
        clock.show_day(date(2026, 5, 18))
        assert {ran.get(timeout=30), ran.get(timeout=30)} == {"lists", "reminders"}
    finally:
        scheduler.shutdown()
