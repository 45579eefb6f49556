"""Whether somebody else of this program has the database open: then its schema is not changed, nor is it replaced."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from sqlalchemy import Engine, column, func, select, table

from core.db import PROGRAM
from core.errors import NotAllowed


def refuse_company(engine: Engine) -> None:
    """Raise NotAllowed where another process has the database of `engine` open. Lets go of the own connections first.

    Two versions of the program on one schema would each write what the other does not understand.
    """
    engine.dispose()
    is_busy = _sqlite_is_busy(engine) if engine.dialect.name == "sqlite" else _postgres_is_busy(engine)
    if is_busy:
        raise NotAllowed("The line is running on this database: stop every part of it, on every machine, first.")


def _sqlite_is_busy(engine: Engine) -> bool:
    # SQLite leaves its write-ahead log only for a connection that is alone.
    with closing(sqlite3.connect(str(engine.url.database), timeout=0)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            return True
        except sqlite3.DatabaseError:  # damaged: nobody works on it
            return False
    return False


def _postgres_is_busy(engine: Engine) -> bool:
    activity = table("pg_stat_activity", column("application_name"), column("datname"), column("pid"))
    others = select(func.count()).select_from(activity).where(
        activity.c.application_name == PROGRAM,
        activity.c.datname == func.current_database(),
        activity.c.pid != func.pg_backend_pid(),
    )  # fmt: skip
    with engine.connect() as connection:
        return bool(connection.execute(others).scalar())
