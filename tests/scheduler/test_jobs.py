"""The scheduler: each job does its work, may do it twice, and outlives a database that is away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.blocking import BlockingScheduler
from sqlalchemy import Engine, func, select, update
from structlog.testing import capture_logs

from core.clock import machine_now
from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.inbox import InboxRow
from core.dialogue.prompt import Inbound
from core.dialogue.session import DialogueSession
from core.heartbeat import Heartbeat
from core.reminders.planner import Planner
from core.settings import Settings
from scheduler.app import build
from scheduler.duty import Duty
from scheduler.jobs import JOBS, Job
from tests.engines import on_sqlite
from tests.lines import Lock, count, eventually, impatient, make_line
from tests.scheduler.duties import the_job
from tests.stopped_clock import StoppedClock

DAY = timedelta(days=1)


@pytest.fixture
def duty(
    engine: Engine,
    sessions: Sessions,
    vault: Vault,
    scheme_clock: StoppedClock,
    settings: Callable[..., Settings],
    tmp_path: Path,
) -> Duty:
    """A scheduler's, on a line that is impatient with a locked database."""
    if engine.dialect.name == "sqlite":
        impatient(engine)
    line = make_line(sessions, vault, scheme_clock, settings(audit_heads=tmp_path / "heads.txt"))
    return Duty(line, Planner(sessions))


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.id)
def test_every_job_may_run_at_any_time_and_twice(duty: Duty, job: Job) -> None:
    """On an empty database, and again at once."""
    with capture_logs() as logged:
        job.run(duty)
        first = count(duty.line.sessions, Heartbeat, InboxRow, DialogueSession)
        job.run(duty)
    assert count(duty.line.sessions, Heartbeat, InboxRow, DialogueSession) == first
    assert "job_put_off" not in [entry["event"] for entry in logged]


@on_sqlite
@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.id)
def test_every_job_outlives_a_locked_database(duty: Duty, job: Job, database_url: str) -> None:
    """It is put off, which the log says, and done the next time."""
    with Lock(database_url), capture_logs() as logged:
        job.run(duty)
    assert [dict(entry) for entry in logged] == [{"event": "job_put_off", "job": job.id, "log_level": "warning"}]
    job.run(duty)


def test_the_heartbeat_beats(duty: Duty) -> None:
    """Health sees that the scheduler lives."""
    the_job("heartbeat").run(duty)
    with transaction(duty.line.sessions) as session:
        assert session.scalars(select(Heartbeat.part)).all() == ["scheduler"]


def test_answers_and_ended_talks_are_forgotten(duty: Duty, scheme_clock: StoppedClock) -> None:
    """What was answered goes after ten minutes of the machine's time, what was said after half an hour of the scheme's;
    who still talks is left alone."""
    duty.line.answer(Inbound("sms", "+8613800138000", "1", "2"))
    with transaction(duty.line.sessions) as session:
        session.execute(update(InboxRow).values(received_at=machine_now() - timedelta(minutes=11)))
        before = session.scalars(select(DialogueSession.state)).one()
    scheme_clock.move(timedelta(minutes=31))
    duty.line.answer(Inbound("sms", "+8613900139000", "2", "2"))
    the_job("tidy").run(duty)
    with transaction(duty.line.sessions) as session:
        assert session.scalar(select(func.count()).select_from(InboxRow)) == 1
        assert len(session.scalars(select(DialogueSession.revision).where(DialogueSession.revision != 0)).all()) == 1
        assert before not in session.scalars(select(DialogueSession.state)).all()
    scheme_clock.move(2 * DAY)
    the_job("tidy").run(duty)
    assert count(duty.line.sessions, DialogueSession) == [0]


@on_sqlite
def test_a_talk_that_does_not_open_keeps_no_answer_alive(duty: Duty, scheme_clock: StoppedClock) -> None:
    """Answers are forgotten in time whatever happens to the talks."""
    duty.line.answer(Inbound("sms", "+8613800138000", "1", "2"))
    with transaction(duty.line.sessions) as session:
        session.execute(update(InboxRow).values(received_at=machine_now() - timedelta(minutes=11)))
        session.execute(update(DialogueSession).values(state=b"\x00\x01damaged"))
    scheme_clock.move(timedelta(minutes=31))
    with capture_logs():
        the_job("tidy").run(duty)
    assert count(duty.line.sessions, InboxRow) == [0]


@on_sqlite
@pytest.mark.parametrize(("blocking", "kind"), [(True, BlockingScheduler), (False, BackgroundScheduler)])
def test_the_schedule(duty: Duty, blocking: bool, kind: type) -> None:
    """Every job once, under its own id, in the scheme's time zone; what was missed is made up for by one run."""
    scheduler = build(duty, blocking=blocking)
    assert isinstance(scheduler, kind)
    assert str(scheduler.timezone) == "Asia/Shanghai"
    jobs = scheduler.get_jobs()
    assert [job.id for job in jobs] == [job.id for job in JOBS]
    assert len({job.id for job in jobs}) == len(jobs)
    for job, entry in zip(jobs, JOBS, strict=True):
        assert (job.coalesce, job.max_instances, job.misfire_grace_time) == (True, 1, 3600)
        assert job.trigger.interval == timedelta(seconds=entry.seconds)
        assert str(job.trigger.timezone) == "Asia/Shanghai"


@on_sqlite
def test_every_job_runs_when_the_scheduler_starts(duty: Duty) -> None:
    """Nobody waits five minutes after a restart for what is due."""
    scheduler = build(duty, blocking=False)
    with capture_logs() as logged:
        scheduler.start()
        eventually(lambda: count(duty.line.sessions, Heartbeat) == [1] and "tidied" in [e["event"] for e in logged])
        scheduler.shutdown()
