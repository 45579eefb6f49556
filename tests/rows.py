"""One row in every table of the schema, made from the tables themselves, so that a new table is never forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, insert, types
from sqlalchemy.orm import Session

from core.confidentiality.rotation import sealed_columns
from core.confidentiality.vault import Vault, table_of
from core.schema import Base

NOON = datetime(2026, 5, 12, 4, 0, tzinfo=UTC)

# The first that fits; what a decorated type (a point in time, a sealed text) holds, it holds too.
_VALUES: tuple[tuple[type[types.TypeEngine[Any]], Callable[[Any], object]], ...] = (
    (types.Enum, lambda kind: kind.python_type(kind.enums[0]) if kind.enum_class else kind.enums[0]),
    (types.Boolean, lambda _: False),
    (types.Integer, lambda _: 1),
    (types.Float, lambda _: 1.0),
    (types.Numeric, lambda _: Decimal(1)),
    (types.DateTime, lambda _: NOON),
    (types.Date, lambda _: date(2026, 5, 12)),
    (types.LargeBinary, lambda _: b"\x01" * 32),
    (types.String, lambda kind: "x" * min(kind.length or 8, 8)),
    (types.JSON, lambda _: {}),
)


def fill(session: Session, vault: Vault, text: str) -> None:
    """Put one row into every empty table; every sealed column holds `text`. Foreign keys name the row numbered 1."""
    sealed = {(table_of(column).name, column.key): vault.seal(column, text) for column in sealed_columns()}
    for table in Base.metadata.sorted_tables:
        given = [column for column in table.columns if column is not table.autoincrement_column]
        row = {column.key: sealed.get((table.name, column.key)) or value(column) for column in given}
        session.execute(insert(table), row)


def value(column: Column[Any]) -> object:
    """A value that `column` takes."""
    if column.foreign_keys and column.nullable:
        return None
    kind = column.type.impl_instance if isinstance(column.type, types.TypeDecorator) else column.type
    return next(make(kind) for wanted, make in _VALUES if isinstance(kind, wanted))
