"""core/db: one way to open either engine, times that keep their meaning, and outages that are told from mistakes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, event, insert, select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError, StatementError

from core.confidentiality.vault import Vault
from core.db import Sessions, open_engine, open_sessions, transaction
from core.domain.area import Area, Level
from core.domain.attempt import Attempts
from core.domain.contact import Contact
from core.errors import SettingsError, Unavailable
from tests.engines import on_postgresql, on_sqlite
from tests.rows import NOON


def _district() -> Area:
    return Area(code="1", name="东湖区", level=Level.DISTRICT)


def _names(sessions: Sessions) -> list[str]:
    with transaction(sessions) as session:
        return list(session.scalars(select(Area.name)))


@on_sqlite
@pytest.mark.parametrize(
    ("pragma", "expected"),
    [("journal_mode", "wal"), ("foreign_keys", 1), ("synchronous", 2), ("secure_delete", 1), ("busy_timeout", 5000)],
)
def test_sqlite_is_opened_safe(sessions: Sessions, pragma: str, expected: object) -> None:
    """Committed is on the disk (2 = FULL), references hold, deleted is overwritten, and a lock is waited for."""
    with transaction(sessions) as session:
        assert session.scalar(text(f"PRAGMA {pragma}")) == expected


def test_references_hold(sessions: Sessions) -> None:
    """A row cannot name an area that does not exist, on either engine."""
    with pytest.raises(IntegrityError), transaction(sessions) as session:
        session.add(Area(code="2", name="x", level=Level.VILLAGE, parent_id=99))


def test_a_transaction_is_all_or_nothing(sessions: Sessions) -> None:
    """What raised inside it leaves no row; what ended is there for the next one."""
    with pytest.raises(ZeroDivisionError), transaction(sessions) as session:
        session.add(_district())
        session.flush()
        raise ZeroDivisionError
    assert _names(sessions) == []
    with transaction(sessions) as session:
        session.add(_district())
    assert _names(sessions) == ["东湖区"]


def test_rows_stay_readable_after_commit(sessions: Sessions) -> None:
    """What was read may be used after its transaction ended, with no further query."""
    with transaction(sessions) as session:
        session.add(area := _district())
    assert area.name == "东湖区"


@pytest.mark.parametrize(
    ("label", "instant"),
    [
        ("UTC", datetime(2026, 5, 12, 2, 0, 0, 123456, tzinfo=UTC)),
        ("Shanghai", datetime(2026, 5, 12, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))),
        ("Shanghai in one of its summer times", datetime(1988, 7, 1, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))),
        ("west of Greenwich, over midnight", datetime(2026, 5, 11, 23, 0, tzinfo=timezone(timedelta(hours=-9)))),
        ("the hour that comes twice", datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin"))),
    ],
)
def test_an_instant_keeps_its_meaning(sessions: Sessions, label: str, instant: datetime) -> None:
    """The same instant comes back, aware, in UTC, and can be compared with another zone's in a query."""
    with transaction(sessions) as session:
        session.add(Attempts(key_hash=b"k", since=instant, wrong=1))
    with transaction(sessions) as session:
        found = session.scalars(select(Attempts.since).where(Attempts.since == instant.astimezone(UTC))).one()
        later = instant.astimezone(ZoneInfo("America/New_York")) + timedelta(microseconds=1)
        assert session.scalars(select(Attempts.since).where(Attempts.since < later)).all() == [found]
    assert found == instant.astimezone(UTC)
    assert found.tzinfo is UTC


def test_an_instant_without_a_zone_is_refused(sessions: Sessions) -> None:
    """A time that does not say where it holds never reaches the table."""
    with pytest.raises(StatementError, match="time zone"), transaction(sessions) as session:
        session.add(Attempts(key_hash=b"k", since=datetime(2026, 5, 12), wrong=1))  # noqa: DTZ001


def test_no_instant_stays_none(sessions: Sessions, vault: Vault) -> None:
    """A time that has not come is None, in and out."""
    with transaction(sessions) as session:
        session.add(Contact(channel="sms", address=b"x", address_hash=b"h"))
    with transaction(sessions) as session:
        assert session.scalars(select(Contact.opted_out_at)).one() is None


@on_sqlite
def test_an_error_text_holds_no_value(sessions: Sessions) -> None:
    """What was being written is personal data: the error does not name it."""
    with pytest.raises(IntegrityError) as caught, transaction(sessions) as session:
        session.execute(insert(Attempts), {"key_hash": b"canary", "since": NOON, "wrong": None})
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "jiangfu.db",
        "oracle+nothing://x",
        "postgresql+psycopg2000://x",
        "sqlite//missing-colon",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_a_senseless_address_names_the_setting(url: str) -> None:
    """The start stops with one line that names JIANGFU_DATABASE_URL."""
    with pytest.raises(SettingsError, match=r"^JIANGFU_DATABASE_URL: [^\n]+$"):
        open_engine(url)


def test_opening_makes_the_folder_but_no_connection(tmp_path: Path) -> None:
    """`var/` need not be there; the file comes with the first connection."""
    open_engine(f"sqlite:///{tmp_path}/var/deep/jiangfu.db").dispose()
    assert (tmp_path / "var" / "deep").is_dir()
    assert not (tmp_path / "var" / "deep" / "jiangfu.db").exists()


def _locked(engine: Engine) -> None:
    """Another process holds SQLite's write lock, and this one does not wait."""
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=1"))
    other = open_engine(str(engine.url))
    holder = other.connect()
    holder.begin()
    event.listen(engine, "engine_disposed", lambda _: (holder.close(), other.dispose()))


def _full(engine: Engine) -> None:
    """The disk takes no further page."""
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count=1"))


def _read_only_file(engine: Engine) -> None:
    """SQLite may only read."""
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA query_only=ON"))


def _connection_taken(engine: Engine) -> None:
    """All of this process's connections are in use, and nobody waits for one."""
    engine.pool._timeout = 0.01  # type: ignore[attr-defined]
    taken = engine.connect()
    event.listen(engine, "engine_disposed", lambda _: taken.close())


@on_sqlite
@pytest.mark.parametrize("away", [_locked, _full, _read_only_file, _connection_taken])
def test_sqlite_outages(engine: Engine, away: Callable[[Engine], None]) -> None:
    """Locked, full, read-only or busy: the work may succeed later, and nothing of it was saved."""
    away(engine)
    with pytest.raises(Unavailable), transaction(open_sessions(engine)) as session:
        session.add_all([Area(code=f"{n}", name="x" * 60, level=Level.DISTRICT) for n in range(500)])


@on_postgresql
@pytest.mark.parametrize(
    ("label", "trouble", "work"),
    [
        ("a standby that may only read", "SET TRANSACTION READ ONLY", "UPDATE areas SET name = 'x'"),
        ("a lock that another holds too long", "SET LOCAL lock_timeout = 1", "DELETE FROM attempts"),
        ("a statement that takes too long", "SET LOCAL statement_timeout = 1", "DELETE FROM attempts"),
        ("an administrator who stops the server", "SELECT pg_terminate_backend(pg_backend_pid())", "SELECT 1"),
    ],
)
def test_postgresql_outages(sessions: Sessions, engine: Engine, label: str, trouble: str, work: str) -> None:
    """Each is told as an outage, not as a mistake of the program, and the next transaction works."""
    with engine.connect() as holder:
        holder.execute(text("LOCK TABLE attempts"))
        with pytest.raises(Unavailable), transaction(sessions) as session:
            session.execute(text(trouble))
            session.execute(text(work))
    with transaction(sessions) as session:
        session.add(_district())
    assert _names(sessions) == ["东湖区"]


@pytest.mark.parametrize(
    ("label", "url"),
    [
        ("nobody listens there", "postgresql+psycopg://jiangfu@127.0.0.1:1/jiangfu"),
        ("no such socket", "postgresql+psycopg://jiangfu@/jiangfu?host=/nowhere"),
        ("a folder where the file should be", "sqlite"),
    ],
)
def test_a_database_that_is_away(label: str, url: str, tmp_path: Path) -> None:
    """Where the database cannot be reached, the door hears Unavailable and can say so."""
    if url.startswith("sqlite"):
        (tmp_path / "jiangfu.db").mkdir()
        url = f"sqlite:///{tmp_path}/jiangfu.db"
    engine = open_engine(url)
    with pytest.raises(Unavailable), transaction(open_sessions(engine)) as session:
        session.execute(text("SELECT 1"))
    engine.dispose()


@on_postgresql
def test_a_mistake_is_no_outage(sessions: Sessions) -> None:
    """A statement that can never succeed is not to be tried again later."""
    with pytest.raises(ProgrammingError), transaction(sessions) as session:
        session.execute(text("SELECT nothing FROM nowhere"))
