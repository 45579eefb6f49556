"""What a database holds, in figures: by them a backup and what comes out of it are held against each other."""

from __future__ import annotations

from dataclasses import dataclass

from alembic.migration import MigrationContext
from sqlalchemy import Connection, func, inspect, select, table
from sqlalchemy.orm import Session

from core.audit import Head, head


@dataclass(frozen=True)
class Survey:
    """The schema's revision ('' for none), the rows of each table, and the head of the audit trail (None: empty)."""

    revision: str
    rows: dict[str, int]
    head: Head | None


def survey(connection: Connection) -> Survey:
    """The figures of the database as this connection's transaction sees it, whatever its schema."""
    names = sorted(inspect(connection).get_table_names())
    rows = {name: connection.execute(select(func.count()).select_from(table(name))).scalar_one() for name in names}
    last = None
    if "audit_entries" in names:
        with Session(connection) as session:
            last = head(session)
    revision = ""
    if "alembic_version" in names:
        revision = MigrationContext.configure(connection).get_current_revision() or ""
    return Survey(revision, rows, last)
