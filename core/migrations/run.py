"""Bringing a database to a point of the schema's history, and telling where it stands."""

from __future__ import annotations

from enum import Enum, auto
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine


def configuration(connection: Connection) -> Config:
    """Alembic's configuration for this connection; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, to: str = "head") -> None:
    """Bring the database up to revision `to`."""
    with engine.begin() as connection:
        command.upgrade(configuration(connection), to)


def downgrade(engine: Engine, to: str) -> None:
    """Bring the database down to revision `to` (`base` is the empty schema)."""
    with engine.begin() as connection:
        command.downgrade(configuration(connection), to)


class Standing(Enum):
    """Where a database stands, seen from this program. `NEWER`: a later version of the program has migrated it."""

    EMPTY = auto()
    OLDER = auto()
    CURRENT = auto()
    NEWER = auto()


def standing(engine: Engine) -> Standing:
    """How the schema of the database compares with the one that this program was written for."""
    with engine.begin() as connection:
        script = ScriptDirectory.from_config(configuration(connection))
        revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        return Standing.EMPTY
    if revision == script.get_current_head():
        return Standing.CURRENT
    known = {step.revision for step in script.walk_revisions()}
    return Standing.OLDER if revision in known else Standing.NEWER


def is_at_head(engine: Engine) -> bool:
    """Whether the database has the schema that this program was written for."""
    return standing(engine) is Standing.CURRENT
