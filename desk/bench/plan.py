"""`bench plan`: writing one reminder's rows, beside one raw INSERT … SELECT of the same into a twin of the outbox."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from sqlalchemy import Engine, MetaData, inspect, select, text, update

from core import logs
from core.confidentiality import keys
from core.confidentiality.vault import Vault
from core.db import Sessions, open_engine, open_sessions, transaction
from core.domain.area import Area, Level
from core.domain.person import Person
from core.domain.window import WindowChange
from core.migrations.run import upgrade
from core.reminders.planner import Planner
from core.reminders.rules import rules
from desk.bench import plan_raw
from desk.bench.memory import peak_bytes
from desk.bench.register import fill

LOG_LEVEL = "WARNING"
ZONE = ZoneInfo("Asia/Shanghai")
# A round each, of one reminder to everybody; the first warms up and is not counted.
ROUNDS = (
    ("list_opens", "village", datetime(2026, 3, 12, 10, tzinfo=ZONE)),
    ("list_opens", "township", datetime(2026, 4, 6, 10, tzinfo=ZONE)),
    ("list_closes", "township", datetime(2026, 4, 14, 10, tzinfo=ZONE)),
    ("list_opens", "district", datetime(2026, 5, 8, 10, tzinfo=ZONE)),
)
# A year later: one village has its list early, all have that of the township on the same day.
FEW = datetime(2027, 2, 2, 10, tzinfo=ZONE)
EVERYBODY = datetime(2027, 4, 6, 10, tzinfo=ZONE)


def run(folder: Path, subscribers: int, fewer: int, url: str) -> dict[str, object]:
    """Plan for `subscribers` on the empty database at `url`, round by round beside the raw statement; then once more
    for `fewer` and for all, each in a process of its own, for the memory. The database is emptied at the end.

    Raises UsageError where it is not empty at the beginning.
    """
    logs.configure(LOG_LEVEL)
    engine = open_engine(url)
    if inspect(engine).get_table_names():
        raise click.UsageError("The database of `bench plan` must be empty: it is filled, and emptied at the end.")
    try:
        keys.ensure(folder / "keys")
        upgrade(engine)
        _settle(open_sessions(engine), Vault(folder / "keys"), subscribers, fewer)
        return _measured(engine, subscribers, fewer, folder)
    finally:
        clear(engine)


def _settle(sessions: Sessions, vault: Vault, subscribers: int, fewer: int) -> None:
    """The register, `fewer` of whose people live in one village, which posts its list early in the second year."""
    fill(sessions, vault, subscribers)
    with transaction(sessions) as session:
        district = session.scalars(select(Area.id).where(Area.level == Level.DISTRICT)).one()
        session.add(village := Area(code="QX", name="村", level=Level.VILLAGE, parent_id=district))
        session.flush()
        session.execute(update(Person).where(Person.id <= fewer).values(area_id=village.id))
        days = {"opens": FEW.date(), "closes": date(2027, 2, 11), "changed_at": FEW}
        session.add(WindowChange(year=FEW.year, window="village", area_id=village.id, **days))
        if session.connection().dialect.name == "postgresql":
            session.execute(text("ANALYZE"))  # as autovacuum does after an import


def _measured(engine: Engine, subscribers: int, fewer: int, folder: Path) -> dict[str, object]:
    times = list(_rounds(engine, subscribers))[1:]
    memory = {rows: _peak_of(engine, folder, now, rows) for rows, now in ((fewer, FEW), (subscribers, EVERYBODY))}
    few, everybody = memory.values()
    return {
        "name": "plan",
        "ours": round(statistics.median(ours for ours, _raw in times), 3),
        "baseline": round(statistics.median(raw for _ours, raw in times), 3),
        "ratio": round(statistics.median(ours / raw for ours, raw in times), 3),
        "unit": "seconds",
        "memory_mb": {str(rows): round(peak / 2**20, 1) for rows, peak in memory.items()},
        "memory_grows_mb": round((everybody - few) / 2**20, 1),
        "subscribers": subscribers,
        "rounds": len(times),
        "database": engine.dialect.name,
    }


def _rounds(engine: Engine, subscribers: int) -> Iterator[tuple[float, float]]:
    """Seconds of ours and of the raw statement, in turn."""
    by_name = {rule.name: rule for rule in rules()}
    sessions, raw = open_sessions(engine), plan_raw.create(engine)
    for name, window, now in ROUNDS:
        rule = by_name[name].model_copy(update={"windows": (window,)})
        baseline = _timed(subscribers, partial(plan_raw.fill, engine, raw, rule, now))
        yield _timed(subscribers, partial(Planner(sessions, (rule,)).run, now)), baseline


def _timed(rows: int, write: Callable[[], int]) -> float:
    began = time.perf_counter()
    written = write()
    if written != rows:
        raise RuntimeError(f"{written} rows were written instead of {rows}")
    return time.perf_counter() - began


def _peak_of(engine: Engine, folder: Path, now: datetime, rows: int) -> int:
    """The memory, in bytes, that a process of its own has needed to plan at `now`, which writes so many rows."""
    url = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "desk", "bench", "planner", now.isoformat()]
    environment = {**os.environ, "JIANGFU_DATABASE_URL": url, "JIANGFU_LOG_LEVEL": LOG_LEVEL}
    ran = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, cwd=folder)  # noqa: S603 - ourselves
    planned = json.loads(ran.stdout)
    if planned["rows"] != rows:
        raise RuntimeError(f"{planned['rows']} rows were written instead of {rows}")
    return int(planned["peak_bytes"])


def plan_once(url: str, now: datetime) -> dict[str, object]:
    """Be a planner over the database at `url`; how many rows it wrote, and the most memory that it held."""
    logs.configure(LOG_LEVEL)
    rows = Planner(open_sessions(open_engine(url))).run(now.astimezone(ZONE))
    return {"rows": rows, "peak_bytes": peak_bytes()}


def clear(engine: Engine) -> None:
    """Drop every table of the database."""
    everything = MetaData()
    everything.reflect(engine)
    everything.drop_all(engine)
    engine.dispose()
