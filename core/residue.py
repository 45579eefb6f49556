"""What deleted rows leave in the database's files, cleared as far as a program can: the disk below keeps its own."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine

from core.db import outages_named


def clear_log(engine: Engine) -> bool:
    """Empty SQLite's write-ahead log, in which deleted rows stand until then; False where somebody was reading just
    now, so that it is to be tried again. On PostgreSQL there is nothing to do: True."""
    if engine.dialect.name != "sqlite":
        return True
    with outages_named():
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            busy, _pages, _moved = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            cursor.close()
        finally:
            connection.close()
    return not busy


def reclaim(engine: Engine, tables: Sequence[str]) -> None:
    """Have PostgreSQL give the room of deleted rows in `tables` to new ones, which write over them. SQLite writes over
    them at once (`secure_delete`)."""
    if engine.dialect.name != "postgresql":
        return
    with outages_named(), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in tables:
            connection.exec_driver_sql(f'VACUUM "{table}"')
