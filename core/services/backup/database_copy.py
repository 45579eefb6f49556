"""A consistent copy of the database as one file, made while others write, and a database made of such a file."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from secrets import token_hex

from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from core.db import open_engine
from core.errors import NotAllowed
from core.services.backup.postgres_tools import run_tool
from core.services.backup.survey import Survey, survey

# What a restoration has set aside in a schema of its own is no part of later backups.
SET_ASIDE = "replaced_"


def copy_out(engine: Engine, into: Path) -> Survey:
    """Copy the database of `engine` to the file `into`; what that copy holds. Raises what `run_tool` raises."""
    if engine.dialect.name == "sqlite":
        copy_sqlite(Path(str(engine.url.database)), into)
        return _survey_file(into)
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        # The dump and the figures are of the same moment.
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        found = survey(connection)
        run_tool(
            engine, "pg_dump", "--format=custom", f"--exclude-schema={SET_ASIDE}*", f"--snapshot={snapshot}",
            f"--file={into}",
        )  # fmt: skip
    return found


def copy_sqlite(source: Path, into: Path) -> None:
    """Copy a SQLite database by its online backup, which sees one moment and stops nobody."""
    with closing(sqlite3.connect(source)) as origin, closing(sqlite3.connect(into)) as copy:
        origin.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    into.chmod(0o600)


def copy_in(engine: Engine, copy: Path, stamp: str) -> None:
    """Let the database of `engine` hold what `copy` holds; what was there is set aside under a name with `stamp`."""
    if engine.dialect.name == "sqlite":
        engine.dispose()
        _put_sqlite(copy, Path(str(engine.url.database)), stamp)
        return
    with engine.begin() as connection:
        if survey(connection).rows:
            connection.execute(text(f"ALTER SCHEMA public RENAME TO {SET_ASIDE}{stamp}"))
            connection.execute(text("CREATE SCHEMA public"))
    run_tool(engine, "pg_restore", "--no-owner", "--single-transaction", "--schema=public", str(copy))


@contextmanager
def scratch(engine: Engine, copy: Path, folder: Path) -> Iterator[Engine]:
    """A database of the kind of `engine`, made of `copy`, for the length of the block. Raises NotAllowed where
    PostgreSQL does not let us create one."""
    if engine.dialect.name == "sqlite":
        own = open_engine(f"sqlite:///{shutil.copyfile(copy, folder / 'scratch.db')}")
        try:
            yield own
        finally:
            own.dispose()
        return
    name = f"jiangfu_scratch_{token_hex(4)}"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
        except ProgrammingError:
            raise NotAllowed(
                "PostgreSQL does not let this user create the scratch database that is needed: ALTER ROLE … CREATEDB."
            ) from None
        own = open_engine(engine.url.set(database=name).render_as_string(hide_password=False))
        try:
            run_tool(own, "pg_restore", "--no-owner", "--single-transaction", "--schema=public", str(copy))
            yield own
        finally:
            own.dispose()
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def _put_sqlite(copy: Path, place: Path, stamp: str) -> None:
    draft = place.with_name(f".{place.name}.restored")
    shutil.copyfile(copy, draft)
    draft.chmod(0o600)
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    for ending in ("", "-wal", "-shm"):
        if (old := place.with_name(place.name + ending)).exists():
            old.rename(place.with_name(f"{place.name}.{SET_ASIDE}{stamp}{ending}"))
    draft.replace(place)


def _survey_file(path: Path) -> Survey:
    engine = open_engine(f"sqlite:///{path}")
    try:
        with engine.begin() as connection:
            return survey(connection)
    finally:
        engine.dispose()
