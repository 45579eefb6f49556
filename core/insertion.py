"""Many rows written by one statement, leaving out those that are there already, on either engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Insert, Select, SQLColumnExpression, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.db import Base


def dialect_of(session: Session) -> str:
    """The name of the engine that the session talks to: `sqlite` or `postgresql`."""
    return session.get_bind().dialect.name


def new_rows(
    dialect: str,
    table: type[Base],
    values: Mapping[str, SQLColumnExpression[Any]],
    *where: ColumnElement[bool],
    in_order_of: SQLColumnExpression[Any] | None = None,
) -> Insert:
    """`INSERT INTO table … SELECT values … WHERE where ON CONFLICT DO NOTHING`. `values` maps columns to expressions; a
    column left out gets its default. What a unique index of the table already holds is left out, also where somebody
    else writes it at the same moment. To be made once and kept: making it costs more than running it."""
    rows: Select[*tuple[Any, ...]] = select(*(value.label(name) for name, value in values.items())).where(*where)
    if in_order_of is not None:
        rows = rows.order_by(in_order_of)
    into = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    return into.from_select(list(values), rows).on_conflict_do_nothing()


def write(session: Session, statement: Insert, parameters: Mapping[str, Any]) -> int:
    """Run a statement of `new_rows` in the database alone: no row comes here. How many were added."""
    result = session.connection().execute(statement, parameters, execution_options={"preserve_rowcount": True})
    return result.rowcount


def write_once(
    session: Session, table: type[Base], values: Mapping[str, SQLColumnExpression[Any]], *where: ColumnElement[bool]
) -> int:
    """Make a statement of `new_rows` and run it, for what is written so seldom that it need not be kept."""
    return write(session, new_rows(dialect_of(session), table, values, *where), {})
