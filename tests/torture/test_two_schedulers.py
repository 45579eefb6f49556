"""Two scheduler processes at once, one of them killed, while the clock goes ahead and back: everybody is reminded of
each thing once."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
from sqlalchemy import select, update

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import OutboxRow
from core.lease import Lease
from demo.stepped_clock import SteppedClock
from tests.core.reminders.people import People
from tests.engines import ENGINES
from tests.lines import eventually
from tests.processes import SECONDS, program
from tests.stopped_clock import SHANGHAI
from tests.torture.workers import Worker

VILLAGERS = 120
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("dialect", ENGINES, indirect=True)
def test_each_reminder_once(
    tmp_path: Path, context: ForkServerContext, database_url: str, keys_dir: Path, sessions: Sessions, vault: Vault
) -> None:
    """The list opens, it is about to close, and before that the day was taken back: two reminders for each person,
    whoever of the two planned them, before and after the death of the one that was on duty."""
    with transaction(sessions) as session:
        people = People(session, vault)
        for number in range(VILLAGERS):
            people.add(str(number), village=("T1V1", "T1V2", "T2V1")[number % 3])
    clock = SteppedClock(SHANGHAI, tmp_path / "clock")
    clock.show_day(date(2026, 5, 7))
    settings = program(tmp_path, database_url, keys_dir, JIANGFU_AUDIT_HEADS=str(tmp_path / "heads.txt"))
    words = ["serve", "scheduler", "--stepped-clock", str(tmp_path / "clock")]
    one, other = (Worker(context, settings, words, f"scheduler-{name}") for name in ("one", "other"))
    eventually(lambda: _on_duty(sessions), "nobody is on duty", SECONDS)
    _step(clock, sessions, date(2026, 5, 8), {"remind.list_opens": VILLAGERS})
    _step(clock, sessions, date(2026, 5, 7), {"remind.list_opens": VILLAGERS})
    on_duty, stands_by = (one, other) if f":{one.process.pid}:" in _on_duty(sessions) else (other, one)
    on_duty.kill()
    _let_the_lease_run_out(sessions)
    _step(clock, sessions, date(2026, 5, 17), {"remind.list_opens": VILLAGERS, "remind.list_closes": VILLAGERS})
    assert f":{stands_by.process.pid}:" in _on_duty(sessions)
    stands_by.stop()
    printed = "".join(file.read_text("utf-8") for worker in (one, other) for file in worker.files)
    assert "Traceback" not in printed


def _step(clock: SteppedClock, sessions: Sessions, day: date, reminded: dict[str, int]) -> None:
    """Step the clock; in the end so many are reminded in each text, nobody twice in one."""
    clock.show_day(day)
    eventually(lambda: _reminded(sessions).keys() == reminded.keys(), "not all is planned", SECONDS)
    eventually(lambda: _reminded(sessions) == reminded, "not all are reminded", SECONDS)


def _reminded(sessions: Sessions) -> dict[str, int]:
    with transaction(sessions) as session:
        rows = session.execute(
            select(OutboxRow.text_key, OutboxRow.person_id).where(OutboxRow.text_key.startswith("remind."))
        ).all()
    assert len({tuple(row) for row in rows}) == len(rows)
    return dict(Counter(row.text_key for row in rows))


def _on_duty(sessions: Sessions) -> str:
    """The name under which one of them holds the lease: host, process, and a word of its own."""
    with transaction(sessions) as session:
        return session.scalar(select(Lease.holder)) or ""


def _let_the_lease_run_out(sessions: Sessions) -> None:
    with transaction(sessions) as session:
        session.execute(update(Lease).values(until=LONG_AGO))
