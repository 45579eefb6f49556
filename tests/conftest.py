"""What tests share: real databases of both engines, keys, settings and clock of their own, and no way off the machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import Engine

from core.confidentiality import keys
from core.confidentiality.vault import Vault
from core.db import Sessions, open_engine, open_sessions
from core.migrations.run import upgrade
from core.settings import Settings
from tests import loopback_only
from tests.emptied_database import EmptiedDatabase
from tests.engines import ENGINES
from tests.postgres_server import PostgresServer, postgres_server
from tests.stopped_clock import StoppedClock

# Drawn cases are the same on each run, so that what fails once fails again; none is timed.
hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("repeatable")

OUR_VARIABLES = ("JIANGFU_", "TWILIO_", "TELEGRAM_", "ANDROID_GATEWAY_")


def pytest_addoption(parser: pytest.Parser) -> None:
    """What is dear has a short form for every day."""
    parser.addoption("--long", action="store_true", help="torture and thefts in full")


# What is dear to set up is set up by one worker: the trained finders, Chromium.
TOGETHER = {"tests/core/faq/": "faq", "tests/browser/": "browser"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep such tests in one process of several."""
    for item in items:
        for folder, group in TOGETHER.items():
            if item.nodeid.startswith(folder):
                item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session", autouse=True)
def _on_this_machine() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        loopback_only.install(patch)
        yield


@pytest.fixture(autouse=True)
def _away_from_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the person who runs the tests is read, and nothing is written beside the code."""
    for name in os.environ:
        if name.startswith(OUR_VARIABLES):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The PostgreSQL server of this test process."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def _postgres_template(postgres: PostgresServer) -> str:
    name = postgres.create()
    _migrate(postgres.url(name))
    return name


@pytest.fixture(scope="session")
def _emptied_database(postgres: PostgresServer, _postgres_template: str) -> EmptiedDatabase:
    return EmptiedDatabase(postgres, _postgres_template)


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "jiangfu.db"
    _migrate(f"sqlite:///{path}")
    return path


def _migrate(url: str) -> None:
    engine = open_engine(url)
    upgrade(engine)
    engine.dispose()


@pytest.fixture(params=ENGINES)
def dialect(request: pytest.FixtureRequest) -> str:
    """The engine's name: each in turn, or the one that a mark of tests.engines chose."""
    return str(request.param)


@pytest.fixture
def empty_database_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of the test's own without any table."""
    if dialect == "sqlite":
        yield f"sqlite:///{tmp_path}/jiangfu.db"
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        name = server.create()
        yield server.url(name)
        server.drop(name)


@pytest.fixture
def database_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of the test's own, at the head of the schema's history and without any row."""
    if dialect == "sqlite":
        path = shutil.copyfile(request.getfixturevalue("_sqlite_template"), tmp_path / "jiangfu.db")
        yield f"sqlite:///{path}"
    else:
        emptied: EmptiedDatabase = request.getfixturevalue("_emptied_database")
        yield emptied.server.url(emptied.take())


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine over `database_url`, opened as the program opens it."""
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine) -> Sessions:
    """The factory of sessions over `engine`; `core.db.transaction(sessions)` commits."""
    return open_sessions(engine)


@pytest.fixture
def keys_dir(tmp_path: Path) -> Path:
    """A folder with fresh keys."""
    folder = tmp_path / "keys"
    keys.ensure(folder)
    return folder


@pytest.fixture
def vault(keys_dir: Path) -> Vault:
    """A vault over `keys_dir`."""
    return Vault(keys_dir)


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Settings]:
    """Makes settings: the defaults, database and keys under `tmp_path`, and what the test says by field name."""

    def make(**fields: object) -> Settings:
        places = {"database_url": f"sqlite:///{tmp_path}/jiangfu.db", "keys_dir": tmp_path / "keys"}
        return Settings(**{**places, **fields})

    return make


@pytest.fixture
def scheme_clock() -> StoppedClock:
    """The scheme's clock, standing at 10:00 on 12 May 2026 in Shanghai until the test moves it."""
    return StoppedClock()
