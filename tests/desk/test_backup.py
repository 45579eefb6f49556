"""`jiangfu backup`, `restore`, `keys backup-key`, and the backup that `init` makes before it migrates."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Engine

from core.db import open_engine
from core.migrations import run
from core.migrations.run import Standing, standing
from tests.desk.conftest import Jiangfu
from tests.districts import District
from tests.engines import on_sqlite

pytestmark = on_sqlite


@pytest.fixture
def recipient(jiangfu: Jiangfu, monkeypatch: pytest.MonkeyPatch) -> str:
    """The office's public key, set."""
    done = jiangfu("keys", "backup-key", "key.txt")
    assert (done.status, done.out[:31]) == (0, "JIANGFU_BACKUP_RECIPIENT=age1" + done.out[29:31])
    public = done.out.strip().partition("=")[2]
    monkeypatch.setenv("JIANGFU_BACKUP_RECIPIENT", public)
    return public


def test_there_and_back(jiangfu: Jiangfu, district: District, engine: Engine, recipient: str, tmp_path: Path) -> None:
    """A backup is made, found good, and put in the place of what was lost; what stands in no journal is said."""
    done = jiangfu("backup", "b.age")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("The backup is written: 2026-05-12 10:00, ")
    done = jiangfu("backup", "b.age", "--verify", "--identity", "key.txt")
    assert (done.status, done.out.split(":")[0]) == (0, "The backup is good")
    engine.dispose()
    for path in tmp_path.glob("jiangfu.db*"):
        path.unlink()
    done = jiangfu("restore", "b.age", "--identity", "key.txt")
    assert (done.status, done.err) == (0, "")
    assert "2026-05-12 10:00" in done.out
    assert "JIANGFU_AUDIT_JOURNAL" in done.out
    assert len(jiangfu("staff", "list").out.splitlines()) == 5


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("backup", "b.age"), 1, "JIANGFU_BACKUP_RECIPIENT is missing"),
        (("backup", "b.age", "--verify"), 2, "--identity"),
        (("restore", "b.age"), 2, "b.age"),
        (("restore", "empty", "--identity", "empty"), 1, "identity file"),
    ],
)
def test_what_is_missing_is_said(jiangfu: Jiangfu, district: District, words, status: int, said: str) -> None:
    """One line that says what to do next."""
    Path("empty").write_text("")
    done = jiangfu(*words)
    assert (done.status, done.out) == (status, "")
    assert said in done.err


def _older(engine: Engine) -> None:
    run.downgrade(engine, "0005")
    engine.dispose()


def test_a_migration_begins_with_a_backup(
    jiangfu: Jiangfu, district: District, engine: Engine, recipient: str, tmp_path: Path
) -> None:
    """Encrypted where a key is set; it is good, and the records are at the new schema."""
    _older(engine)
    done = jiangfu("init")
    [archive] = tmp_path.glob("before-*.age")
    assert (done.status, str(archive) in done.out) == (0, True)
    assert standing(engine) is Standing.CURRENT
    assert jiangfu("backup", str(archive), "--verify", "--identity", "key.txt").status == 0


def test_without_a_key_the_file_is_copied(jiangfu: Jiangfu, district: District, engine: Engine, tmp_path: Path) -> None:
    """A plain copy beside the database, named; nothing of the kind where nothing is to be migrated."""
    assert "Backed up" not in jiangfu("init").out
    _older(engine)
    done = jiangfu("init")
    [copy] = tmp_path.glob("jiangfu.db.before-*")
    assert str(copy) in done.out
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0005",)


def test_no_two_versions_side_by_side(jiangfu: Jiangfu, district: District, engine: Engine) -> None:
    """While any process has the database open, nothing is migrated under it."""
    run.downgrade(engine, "0005")
    running = open_engine(str(engine.url))
    with running.connect() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM areas").fetchone()
        connection.rollback()
        engine.dispose()
        done = jiangfu("init")
    running.dispose()
    assert (done.status, "running" in done.err) == (1, True)
    assert standing(engine) is Standing.OLDER
    engine.dispose()
    assert "jiangfu init" in jiangfu("staff", "list").err


def test_a_program_older_than_its_database_does_not_start(jiangfu: Jiangfu, district: District, engine: Engine) -> None:
    """One sentence, for every command and for init too."""
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for words in (("staff", "list"), ("init",)):
        done = jiangfu(*words)
        assert (done.status, done.out, done.err.count("\n")) == (1, "", 1)
        assert "newer version" in done.err
