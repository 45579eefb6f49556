"""core/health and core/heartbeat: what is not well is named, whatever else is not well either."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from core import health as health_module
from core.confidentiality.keys import FILE
from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.health import SILENT_AFTER, check
from core.heartbeat import Heartbeat, beat
from core.line import Line
from core.settings import Settings
from tests.lines import make_line
from tests.rows import NOON
from tests.stopped_clock import StoppedClock


@pytest.fixture
def line(
    sessions: Sessions,
    vault: Vault,
    scheme_clock: StoppedClock,
    settings: Callable[..., Settings],
    monkeypatch: pytest.MonkeyPatch,
) -> Line:
    """A line whose machine's clock stands at noon."""
    monkeypatch.setattr(health_module, "machine_now", lambda: NOON)
    return make_line(sessions, vault, scheme_clock, settings())


@pytest.mark.parametrize(
    ("ago", "ailing"),
    [(timedelta(), []), (SILENT_AFTER, []), (SILENT_AFTER + timedelta(microseconds=1), ["sender"])],
)
def test_how_long_a_part_may_be_silent(line: Line, ago: timedelta, ailing: list[str]) -> None:
    """Ninety seconds, three missed beats; the second beat counts and not the first."""
    with transaction(line.sessions) as session:
        beat(session, "sender", NOON - timedelta(days=1))
        beat(session, "sender", NOON - ago)
    assert check(line) == ailing


def test_the_schemes_clock_does_not_matter(line: Line, scheme_clock: StoppedClock) -> None:
    """A demo on another day is not ill."""
    with transaction(line.sessions) as session:
        beat(session, "scheduler", NOON)
    scheme_clock.move(timedelta(days=400))
    assert check(line) == []


def test_everything_at_once(line: Line) -> None:
    """No database and no keys: both are named."""
    (line.settings.keys_dir / FILE).write_text("{}")
    with transaction(line.sessions) as session:
        session.execute(text("DROP TABLE heartbeats"))
    assert check(line) == ["database", "keys"]


def test_a_part_beats_in_one_row(sessions: Sessions) -> None:
    """Of each part only the last beat is kept."""
    for minute in range(3):
        with transaction(sessions) as session:
            beat(session, "bot", NOON + timedelta(minutes=minute))
            beat(session, "sender", NOON)
    with transaction(sessions) as session:
        rows = session.execute(select(Heartbeat.part, Heartbeat.beat_at).order_by(Heartbeat.part)).all()
    assert [tuple(row) for row in rows] == [("bot", NOON + timedelta(minutes=2)), ("sender", NOON)]
