"""core/delivery/quiet_hours: when they end, in the scheme's time zone, whatever zone the instant is told in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from core.delivery.quiet_hours import next_day, quiet_until
from core.settings import Settings
from tests.stopped_clock import SHANGHAI


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """That time in May, in Shanghai."""
    return datetime(2026, 5, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("hours", "now", "until"),
    [
        ("20:00-08:00", at(12, 19, 59), None),
        ("20:00-08:00", at(12, 20), at(13, 8)),
        ("20:00-08:00", at(12, 23, 59), at(13, 8)),
        ("20:00-08:00", at(13, 0), at(13, 8)),
        ("20:00-08:00", at(13, 7, 59), at(13, 8)),
        ("20:00-08:00", at(13, 8), None),
        ("20:00-00:00", at(12, 21), at(13, 0)),
        ("20:00-00:00", at(13, 0), None),
        ("12:00-14:30", at(12, 12), at(12, 14, 30)),
        ("12:00-14:30", at(12, 14, 30), None),
        ("12:00-14:30", at(12, 3), None),
        ("00:00-00:00", at(12, 0), None),
    ],
)
def test_when_they_end(settings: Callable[..., Settings], hours: str, now: datetime, until: datetime | None) -> None:
    """The first minute is quiet, the last one is not."""
    known = settings(quiet_hours=hours)
    assert quiet_until(now, known) == until
    assert quiet_until(now.astimezone(UTC), known) == until


@pytest.mark.parametrize(
    ("now", "day"),
    [(at(12, 0), at(13, 0)), (at(12, 23, 59), at(13, 0)), (datetime(2026, 5, 12, 17, tzinfo=UTC), at(14, 0))],
)
def test_when_the_next_day_begins(settings: Callable[..., Settings], now: datetime, day: datetime) -> None:
    """At midnight in the scheme's zone."""
    assert next_day(now, settings()) == day
