"""Two schedulers at once: one works, the other stands by and takes over; nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from core.clock import machine_now
from core.confidentiality.vault import Vault
from core.db import Sessions, open_engine, open_sessions, transaction
from core.heartbeat import Heartbeat
from core.reminders.planner import Planner
from core.settings import Settings
from scheduler import duty as duty_module
from scheduler.duty import LENGTH, Duty
from scheduler.jobs import JOBS
from tests.core.reminders.people import People, at, rows
from tests.lines import make_line
from tests.scheduler.duties import the_job
from tests.stopped_clock import StoppedClock


class MachineTime:
    """The machine's clock, where a test moves it."""

    def __init__(self) -> None:
        self.instant = machine_now()

    def __call__(self) -> object:
        return self.instant


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> MachineTime:
    """What the leases go by."""
    clock = MachineTime()
    monkeypatch.setattr(duty_module, "machine_now", clock)
    return clock


@pytest.fixture
def two(
    database_url: str, vault: Vault, scheme_clock: StoppedClock, settings: Callable[..., Settings]
) -> Iterator[tuple[Duty, Duty]]:
    """Two schedulers on one database, each with connections of its own, at 10:00 on 12 March."""
    scheme_clock.move(to=at(2026, 3, 12))
    engines = [open_engine(database_url) for _ in range(2)]
    lines = [make_line(open_sessions(engine), vault, scheme_clock, settings()) for engine in engines]
    yield tuple(Duty(line, Planner(line.sessions)) for line in lines)
    for engine in engines:
        engine.dispose()


def test_one_works_and_the_other_stands_by(two: tuple[Duty, Duty], machine: MachineTime) -> None:
    """Whoever came first, for as long as it renews the lease."""
    first, second = two
    for _ in range(5):
        assert first.is_mine()
        assert not second.is_mine()
        machine.instant += LENGTH / 2


def test_a_dead_one_is_followed_when_its_lease_has_run_out(two: tuple[Duty, Duty], machine: MachineTime) -> None:
    """Not a moment before; and if it comes back, it is the one to stand by."""
    first, second = two
    assert first.is_mine()
    machine.instant += LENGTH - timedelta(microseconds=1)
    assert not second.is_mine()
    machine.instant += timedelta(microseconds=1)
    assert second.is_mine()
    assert not first.is_mine()


def test_one_that_ends_hands_over_at_once(two: tuple[Duty, Duty], machine: MachineTime) -> None:
    """What it does not have it cannot hand over."""
    first, second = two
    assert first.is_mine()
    second.hand_over()
    assert not second.is_mine()
    first.hand_over()
    assert second.is_mine()


def test_the_lease_is_renewed_and_taken_over_before_anybody_is_missed() -> None:
    """A heartbeat that fails once costs nobody the lease, and health waits longer than a successor needs."""
    every = timedelta(seconds=the_job("heartbeat").seconds)
    assert 2 * every < LENGTH
    assert LENGTH + every < timedelta(seconds=90)


def test_only_one_of_them_beats(two: tuple[Duty, Duty], machine: MachineTime) -> None:
    """Health sees whoever works; who stands by only tidies."""
    first, second = two
    the_job("heartbeat").run(first)
    with transaction(first.line.sessions) as session:
        beat_at = session.scalars(select(Heartbeat.beat_at)).one()
    with capture_logs() as logged:
        for job in JOBS:
            job.run(second)
    with transaction(first.line.sessions) as session:
        assert session.scalars(select(Heartbeat.beat_at)).one() == beat_at
    assert [entry["event"] for entry in logged] == ["tidied"]


@pytest.mark.parametrize("works", ["the first", "the second after the first died", "both, for one thinks it still may"])
def test_each_reminder_is_planned_once(
    two: tuple[Duty, Duty], vault: Vault, sessions: Sessions, machine: MachineTime, works: str
) -> None:
    """By whichever of them, and also if both work for a moment."""
    with transaction(sessions) as session:
        people = People(session, vault)
        for number in range(5):
            people.add(f"{number}")
    first, second = two
    the_job("reminders").run(first)
    if works == "the second after the first died":
        machine.instant += LENGTH
    if works == "both, for one thinks it still may":
        the_job("reminders").work(second)
    else:
        the_job("reminders").run(second)
    assert len(rows(sessions, "remind.list_opens")) == 5


def test_the_scheme_clock_may_jump_a_day_ahead_and_back(
    two: tuple[Duty, Duty], vault: Vault, sessions: Sessions, scheme_clock: StoppedClock
) -> None:
    """Leases and heartbeats go by the machine's clock and do not notice; nothing is planned a second time."""
    with transaction(sessions) as session:
        People(session, vault).add("neighbour")
    first, second = two
    for jump in (timedelta(days=-1), timedelta(days=1), timedelta(days=-1), timedelta(days=1), timedelta()):
        scheme_clock.move(jump)
        for job in JOBS:
            job.run(first)
            assert not second.is_mine()
    assert [row.text_key for row in rows(sessions) if row.person_id] == ["remind.list_opens"]
