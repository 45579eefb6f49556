"""demo/stepped_clock: one clock for all processes of a demo, which can be set on and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from queue import Queue
from zoneinfo import ZoneInfo

import pytest

from core import clock
from demo.stepped_clock import SteppedClock

SHANGHAI = ZoneInfo("Asia/Shanghai")
MACHINE = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The machine's time, which the test moves by putting another into the list."""
    shown = [MACHINE]
    monkeypatch.setattr(clock, "machine_now", lambda: shown[0])
    monkeypatch.setattr("demo.stepped_clock.machine_now", lambda: shown[0])
    return shown


@pytest.mark.parametrize("day", [date(2026, 5, 12), date(2026, 5, 11), date(2031, 2, 1)], ids=["set", "back", "ahead"])
def test_all_who_read_the_file_step_together(machine: list[datetime], tmp_path: Path, day: date) -> None:
    """A day shown by one process is shown by another that was there before, from ten in the morning on."""
    page, sender = (SteppedClock(SHANGHAI, tmp_path / "clock") for _ in range(2))
    page.show_day(date(2026, 5, 12))
    assert sender.today() == date(2026, 5, 12)
    page.show_day(day)
    machine[0] += timedelta(minutes=5)
    assert sender.now() == page.now() == datetime(day.year, day.month, day.day, 10, 5, tzinfo=SHANGHAI)
    assert clock.machine_now() == machine[0]


def test_a_process_that_starts_later_shows_the_same(machine: list[datetime], tmp_path: Path) -> None:
    """A part that died and comes back reads what the page has set, in whatever zone it shows it."""
    SteppedClock(SHANGHAI, tmp_path / "clock").show(datetime(2026, 5, 12, 1, tzinfo=SHANGHAI))
    again = SteppedClock(ZoneInfo("UTC"), tmp_path / "clock")
    assert again.now().isoformat() == "2026-05-11T17:00:00+00:00"


def test_who_waits_for_a_step_is_told(tmp_path: Path) -> None:
    """A step in another process is noticed; one that goes back too."""
    page, scheduler = (SteppedClock(SHANGHAI, tmp_path / "clock") for _ in range(2))
    page.show_day(date(2026, 5, 12))
    days: Queue[date] = Queue()
    scheduler.when_stepped(lambda: days.put(scheduler.today()))
    for day in (date(2026, 5, 20), date(2026, 5, 12)):
        page.show_day(day)
        assert days.get(timeout=30) == day
