"""The engine and the base of the mapped classes; SQLite by default, PostgreSQL for many machines, one code for both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import Connection, DateTime, Dialect, Engine, Enum, MetaData, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from core.errors import SettingsError, Unavailable

# How long anything waits for a connection or for a lock of SQLite before it says that the database is away.
PATIENCE_SECONDS = 5
# By this name PostgreSQL knows our connections.
PROGRAM = "jiangfu"


class Instant(TypeDecorator[datetime]):
    """A point in time: aware going in, aware (UTC) coming out, UTC in the table. SQLite has no zone of its own."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def word_of(words: type[StrEnum]) -> Enum:
    """A column type that keeps a member of `words` by its value, as plain text on either engine."""
    return Enum(words, native_enum=False, length=24, values_callable=lambda kind: [str(word) for word in kind])


class Base(DeclarativeBase):
    """All tables. Constraints are named, so that migrations can drop them on either engine."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Instant()}


def open_engine(url: str) -> Engine:
    """An engine for `url`; no connection is made yet. Raises SettingsError where the address makes no sense.

    Parameters are personal data, sealed or not: no error text of ours holds them (`hide_parameters`). PostgreSQL's own
    DETAIL still may, which is one reason why the log takes no error text at all.
    """
    try:
        address = make_url(url)
        if address.get_backend_name() == "sqlite":
            return _sqlite_engine(url, address.database)
        return create_engine(
            url,
            hide_parameters=True,
            pool_pre_ping=True,
            pool_timeout=PATIENCE_SECONDS,
            connect_args={"connect_timeout": PATIENCE_SECONDS, "application_name": PROGRAM},
        )
    except (ArgumentError, NoSuchModuleError):
        raise SettingsError("JIANGFU_DATABASE_URL: must be sqlite:///PATH or postgresql+psycopg://…") from None


def _sqlite_engine(url: str, path: str | None) -> Engine:
    if not path or path == ":memory:":
        raise ArgumentError("several processes share the database: it must be a file")
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    # One connection a process: SQLite has one writer anyway, and threads that queue for a connection wake in turn,
    # while threads that wait for SQLite's own lock sleep and poll.
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=1,
        max_overflow=0,
        pool_timeout=PATIENCE_SECONDS,
        connect_args={"timeout": PATIENCE_SECONDS, "check_same_thread": False, "isolation_level": None},
    )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        "synchronous=FULL",
        "secure_delete=ON",
        "cache_size=-65536",
        "mmap_size=2147418112",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    # Taken at once, the write lock cannot be refused halfway through a transaction that began by reading.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


Sessions = sessionmaker[Session]


def open_sessions(engine: Engine) -> Sessions:
    """The factory of sessions; rows stay readable after commit."""
    return sessionmaker(engine, expire_on_commit=False)


def is_sqlite(sessions: Sessions) -> bool:
    """Whether the sessions' database is SQLite, which has one writer at a time."""
    return bool(sessions.kw["bind"].dialect.name == "sqlite")


def spare_memory(session: Session) -> None:
    """Let this process hold little of a SQLite database in its memory from now on: for work that passes over all of it
    once and asks for nothing twice."""
    if session.get_bind().dialect.name == "sqlite":
        for pragma in ("mmap_size=0", "cache_size=-8192"):
            session.execute(text(f"PRAGMA {pragma}"))


@contextmanager
def transaction(sessions: Sessions) -> Iterator[Session]:
    """One unit of work, committed at its end. Raises Unavailable where the database is away, locked or full."""
    with outages_named(), sessions() as session:
        yield session
        session.commit()


@contextmanager
def outages_named() -> Iterator[None]:
    """Raises Unavailable for whatever the database says when it is away, locked or full."""
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable from error
    except DBAPIError as error:
        if is_outage(error):
            raise Unavailable from error
        raise


def is_outage(error: DBAPIError) -> bool:
    """Whether the database is away, locked, read-only or full, so that the same work may succeed later."""
    if isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated:
        return True
    # PostgreSQL's "read only", as a standby says it, is an internal error to the driver.
    return getattr(error.orig, "sqlstate", None) == "25006"
