"""A database that is locked or away, keys that are gone, a mistake of ours: the sender hears it, and it passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import Engine, make_url
from structlog.testing import capture_logs

from core.confidentiality.keys import FILE
from core.delivery.inbox import InboxRow
from core.dialogue import engine as dialogue
from core.line import Line
from tests.engines import on_postgresql, on_sqlite
from tests.lines import Lock, count
from tests.postgres_server import PostgresServer
from tests.sms.conftest import PHONE, Twilio, said

NOT_SAVED = "没存上，请过几分钟再发一次。Not saved, try again later."


def _events(logged: list[Any], event: str) -> list[dict[str, Any]]:
    return [dict(entry) for entry in logged if entry["event"] == event]


def _is_told(twilio: Twilio, reason: str) -> None:
    """The sender hears that nothing was saved; the log says why, and no more."""
    with capture_logs() as logged:
        assert said(twilio.text("2")) == [NOT_SAVED]
    assert _events(logged, "not_saved") == [{"event": "not_saved", "reason": reason, "log_level": "error"}]
    assert PHONE[3:] not in str(logged)


@on_sqlite
def test_a_locked_database(twilio: Twilio, line: Line, database_url: str) -> None:
    """While another process holds the lock: not saved, and health says which part; then all is well again by itself."""
    with Lock(database_url):
        _is_told(twilio, "OperationalError")
        health = twilio.http.get("/healthz")
        assert (health.status_code, health.json()) == (503, {"status": "ailing", "ailing": ["database"]})
        assert twilio.post("/sms/status", [("MessageSid", "SM1"), ("MessageStatus", "delivered")]).status_code == 503
    assert count(line.sessions, InboxRow) == [0]
    assert said(twilio.text("2")) != [NOT_SAVED]
    assert twilio.http.get("/healthz").status_code == 200


@on_sqlite
def test_what_was_not_saved_is_taken_afresh(twilio: Twilio, database_url: str) -> None:
    """The same message again, once the lock has gone, gets its true answer: the excuse is not kept."""
    with Lock(database_url):
        assert said(twilio.text("菜单", "SM1")) == [NOT_SAVED]
    assert "回数字选" in said(twilio.text("菜单", "SM1"))[-1]


@on_sqlite
def test_a_file_that_is_no_database(twilio: Twilio, database_url: str, engine: Engine) -> None:
    """A disk that lost the file's content: the sender hears of it, and health names the database."""
    file = Path(database_url.removeprefix("sqlite:///"))
    engine.dispose()
    file.write_bytes(b"\xff" * 8192)
    for more in file.parent.glob(f"{file.name}-*"):
        more.unlink()
    with capture_logs() as logged:
        assert said(twilio.text("2")) == [NOT_SAVED]
    assert [entry["log_level"] for entry in _events(logged, "inbound_failed")] == ["error"]
    assert twilio.http.get("/healthz").json()["ailing"] == ["database"]


@pytest.fixture
def postgres_away(postgres: PostgresServer, database_url: str) -> Callable[[], Any]:
    """Takes the test's database away from everybody for the length of a block."""
    name = make_url(database_url).database

    @contextmanager
    def away() -> Iterator[None]:
        postgres.admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        postgres.admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        yield
        postgres.admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')

    return away


@on_postgresql
def test_a_server_that_is_away(twilio: Twilio, line: Line, postgres_away: Callable[[], Any]) -> None:
    """The same on PostgreSQL; connections that broke meanwhile hurt nobody afterwards."""
    assert said(twilio.text("菜单"))
    with postgres_away():
        _is_told(twilio, "OperationalError")
        assert twilio.http.get("/healthz").json() == {"status": "ailing", "ailing": ["database"]}
    assert said(twilio.text("菜单")) != [NOT_SAVED]
    assert count(line.sessions, InboxRow) == [2]
    assert twilio.http.get("/healthz").status_code == 200


@on_sqlite
def test_keys_that_are_gone(twilio: Twilio, line: Line) -> None:
    """Without keys nothing can be kept: that is told, health names them, and once they are back all is well."""
    file = line.settings.keys_dir / FILE
    file.rename(file.with_suffix(".away"))
    _is_told(twilio, "KeysError")
    assert twilio.http.get("/healthz").json() == {"status": "ailing", "ailing": ["keys"]}
    file.with_suffix(".away").rename(file)
    assert said(twilio.text("2")) != [NOT_SAVED]
    assert twilio.http.get("/healthz").status_code == 200


@on_sqlite
def test_a_mistake_of_ours_is_no_silence(twilio: Twilio, line: Line) -> None:
    """Whatever goes wrong inside, nothing of it is saved, the sender hears that, and the log says where it was."""

    def fail(*_: object) -> None:
        raise LookupError(PHONE)

    with patch.object(dialogue, "respond", fail), capture_logs() as logged:
        assert said(twilio.text("菜单")) == [NOT_SAVED]
    assert [(entry["log_level"], entry["exc_info"]) for entry in _events(logged, "inbound_failed")] == [("error", True)]
    assert count(line.sessions, InboxRow) == [0]
    assert "回数字选" in said(twilio.text("菜单"))[-1]
