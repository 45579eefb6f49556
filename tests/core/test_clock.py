"""core/clock: the scheme's clock may be set and ticks on; the machine's is never moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from core import clock
from core.clock import SchemeClock
from tests.stopped_clock import StoppedClock

SHANGHAI = ZoneInfo("Asia/Shanghai")
MACHINE = datetime(2030, 1, 1, 0, 0, tzinfo=UTC)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The machine's time, which the test moves by putting another into the list."""
    shown = [MACHINE]
    monkeypatch.setattr(clock, "machine_now", lambda: shown[0])
    return shown


@pytest.mark.parametrize(
    ("label", "start", "expected"),
    [
        ("none: the machine's own time", None, "2030-01-01T08:00:00+08:00"),
        ("naive: local to the scheme", datetime(2026, 5, 12, 10), "2026-05-12T10:00:00+08:00"),  # noqa: DTZ001
        ("UTC", datetime(2026, 5, 12, 10, tzinfo=UTC), "2026-05-12T18:00:00+08:00"),
        (
            "another offset",
            datetime(2026, 5, 12, 10, tzinfo=timezone(timedelta(hours=-5))),
            "2026-05-12T23:00:00+08:00",
        ),
    ],
)
def test_where_the_clock_starts(machine: list[datetime], label: str, start: datetime | None, expected: str) -> None:
    """The clock shows the instant that it was set to, in the scheme's zone."""
    assert SchemeClock.starting_at(start, SHANGHAI).now().isoformat() == expected


def test_the_clock_ticks_on(machine: list[datetime]) -> None:
    """A clock that was set goes on at the machine's pace, over midnight too."""
    scheme = SchemeClock.starting_at(datetime(2026, 5, 12, 23, 59, tzinfo=SHANGHAI), SHANGHAI)
    assert scheme.today().isoformat() == "2026-05-12"
    machine[0] += timedelta(minutes=2)
    assert scheme.now() == datetime(2026, 5, 13, 0, 1, tzinfo=SHANGHAI)
    assert scheme.today().isoformat() == "2026-05-13"


def test_the_day_is_the_schemes_not_the_machines(machine: list[datetime]) -> None:
    """At 17:00 UTC it is tomorrow in Shanghai."""
    machine[0] = datetime(2030, 1, 1, 17, 0, tzinfo=UTC)
    assert SchemeClock(SHANGHAI).today().isoformat() == "2030-01-02"


def test_setting_the_scheme_clock_leaves_the_machines_alone() -> None:
    """Leases and back-off go by the machine's time, whatever the scheme's clock shows."""
    before = datetime.now(UTC)
    scheme = SchemeClock.starting_at(datetime(2001, 1, 1, tzinfo=UTC), SHANGHAI)
    assert before <= clock.machine_now() <= datetime.now(UTC)
    assert scheme.now().year == 2001


def test_two_processes_with_one_offset_show_one_time(machine: list[datetime]) -> None:
    """The offset that the parent hands its children is the whole state of the clock."""
    parent = SchemeClock.starting_at(datetime(2026, 5, 12, 10, tzinfo=SHANGHAI), SHANGHAI)
    assert SchemeClock(SHANGHAI, parent.offset).now() == parent.now()


def test_the_stopped_clock_of_the_tests_stands_still(scheme_clock: StoppedClock) -> None:
    """A test's clock shows 10:00 on 12 May 2026 until the test moves it."""
    assert scheme_clock.now() == scheme_clock.now() == datetime(2026, 5, 12, 10, tzinfo=SHANGHAI)
    scheme_clock.move(timedelta(days=1))
    assert scheme_clock.today().isoformat() == "2026-05-13"
