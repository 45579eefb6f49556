"""core/residue: what is deleted leaves the write-ahead log, as soon as nobody reads."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, delete

from core.db import Sessions, open_engine, transaction
from core.domain.report import ReportDraft
from core.residue import clear_log, reclaim
from core.services.reports.moving import PASSING
from tests.engines import on_postgresql, on_sqlite

WORD = b"something that was deleted"


def write_and_delete(sessions: Sessions) -> None:
    """A row comes and goes."""
    with transaction(sessions) as session:
        session.add(ReportDraft(id=b"d" * 32, particulars=WORD, touched_at=b"t"))
    with transaction(sessions) as session:
        session.execute(delete(ReportDraft))


@on_sqlite
def test_the_log_is_emptied(engine: Engine, sessions: Sessions, database_url: str) -> None:
    """Until then the deleted row stands in it; after that in no file."""
    write_and_delete(sessions)
    file = Path(database_url.removeprefix("sqlite:///"))
    log = file.with_name(f"{file.name}-wal")
    assert WORD in log.read_bytes()
    assert clear_log(engine)
    assert not any(WORD in path.read_bytes() for path in file.parent.glob(f"{file.name}*"))


@on_sqlite
def test_a_reader_puts_it_off(engine: Engine, sessions: Sessions, database_url: str) -> None:
    """Somebody who reads keeps the log as it is; the next try empties it."""
    reading = open_engine(database_url)
    connection = reading.raw_connection()
    cursor = connection.cursor()
    cursor.execute("BEGIN")
    cursor.execute("SELECT count(*) FROM report_drafts").fetchall()
    engine_in_a_hurry = open_engine(database_url)
    hurried = engine_in_a_hurry.raw_connection()
    hurried.cursor().execute("PRAGMA busy_timeout=10")
    hurried.close()
    write_and_delete(sessions)
    assert not clear_log(engine_in_a_hurry)
    cursor.execute("COMMIT")
    connection.close()
    assert clear_log(engine_in_a_hurry)
    for each in (reading, engine_in_a_hurry):
        each.dispose()


@on_postgresql
def test_the_tables_that_come_and_go_are_vacuumed(engine: Engine, sessions: Sessions) -> None:
    """Every one of them is a table, and no row of theirs is left dead."""
    write_and_delete(sessions)
    reclaim(engine, PASSING)
    assert clear_log(engine)
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("SELECT pg_relation_size('report_drafts')").scalar_one()
    assert pages == 0
