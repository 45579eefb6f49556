"""Rotation of the column key: a new one is put in use, every sealed value is sealed anew, the old one is destroyed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import LargeBinary, bindparam, func, inspect, literal, select, text, tuple_, update
from sqlalchemy.orm import Session

from core.confidentiality import keys as key_file
from core.confidentiality.vault import Column, SealedText, Vault, table_of
from core.db import Base, Sessions, transaction
from core.errors import KeysError, NotAllowed, Unavailable

BATCH = 200
# Seconds from sealing a value to the first statement of its transaction: a wait for a connection, and some more.
SETTLE = 15.0
# Seconds that rotation waits for transactions that began under the old key.
PATIENCE = 600.0


@dataclass(frozen=True)
class Rotated:
    """What a rotation did: how many values it sealed anew."""

    rows: int


def rotate(sessions: Sessions, folder: Path, vault: Vault, pause: Callable[[float], object] = time.sleep) -> Rotated:
    """Put a new column key in use, seal every value anew with it, and destroy the old keys.

    Goes on where an earlier run was killed: until the last step every old key stays readable. Other processes over the
    same `folder` may read and write meanwhile, and see the new key by themselves. `pause` waits that many seconds.

    Raises NotAllowed where another rotation is under way or a table is not mapped here, Unavailable where the database
    is away or a transaction that began under the old key does not end, KeysError where a value does not open; the old
    keys are kept then.
    """
    with key_file.alone(folder, wait=False):
        _refuse_unknown_tables(sessions)
        keys = key_file.load(folder)
        if len(keys.columns) == 1:
            keys = keys.with_new_column_key()
            key_file.save(folder, keys)
        header = vault.header(keys.current)
        rows = _seal_all(sessions, vault, header)
        # A value may have been sealed just before the new key was there and be written only now.
        _outlast_old_work(sessions, pause)
        while more := _seal_all(sessions, vault, header):
            rows += more
        key_file.save(folder, keys.without_old_column_keys())
    return Rotated(rows)


def sealed_columns() -> Iterator[Column]:
    """Every column that holds sealed text, of the classes mapped so far (`core.schema` imports all)."""
    for mapper in sorted(Base.registry.mappers, key=lambda mapper: mapper.class_.__name__):
        for attribute in mapper.column_attrs:
            if isinstance(attribute.columns[0].type, SealedText):
                yield getattr(mapper.class_, attribute.key)


def _refuse_unknown_tables(sessions: Sessions) -> None:
    # What this process does not know it would not seal anew, and the only key to it would be destroyed.
    with transaction(sessions) as session:
        stored = set(inspect(session.connection()).get_table_names()) - {"alembic_version"}
    if unknown := stored - set(Base.metadata.tables):
        raise NotAllowed(f"This program does not know the table {min(unknown)}; the old keys are kept.")


def _seal_all(sessions: Sessions, vault: Vault, header: bytes) -> int:
    """Seal anew, a short transaction a batch, all values that do not begin with `header`; how many there were."""
    sealed = 0
    for column in sealed_columns():
        after: Sequence[Any] | None = None
        while True:
            with transaction(sessions) as session:
                batch = _batch(session, column, header, after)
                sealed += _seal_batch(session, vault, column, batch) if batch else 0
            if len(batch) < BATCH:
                break
            after = batch[-1][1:]
    return sealed


def _batch(session: Session, column: Column, header: bytes, after: Sequence[Any] | None) -> Sequence[Sequence[Any]]:
    """The next rows that do not begin with `header`: the value, then the primary key, in its order from `after` on."""
    key = table_of(column).primary_key.columns
    stale = func.substr(column, 1, len(header), type_=LargeBinary) != header
    query = select(column, *key).where(column.is_not(None), stale).order_by(*key).limit(BATCH)
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(*(literal(v, c.type) for c, v in zip(key, after, strict=True))))
    return session.execute(query).all()


def _seal_batch(session: Session, vault: Vault, column: Column, batch: Sequence[Sequence[Any]]) -> int:
    """Seal the batch anew, leaving alone what somebody has written meanwhile; how many values were replaced."""
    table = table_of(column)
    stored = table.c[column.property.columns[0].key]
    key = list(table.primary_key.columns)
    query = update(table).where(stored == bindparam("was", type_=LargeBinary))
    for number, part in enumerate(key):
        query = query.where(part == bindparam(f"key{number}", type_=part.type))
    query = query.values({stored: bindparam("becomes", type_=LargeBinary)})
    changes = []
    for was, *parts in batch:
        try:
            becomes = vault.seal(column, vault.open(column, was))
        except KeysError:
            raise KeysError(f"A value of {table.name}.{stored.name} does not open; the old keys are kept.") from None
        changes.append({"was": was, "becomes": becomes, **{f"key{n}": part for n, part in enumerate(parts)}})
    return int(session.connection().execute(query, changes).rowcount)


def _outlast_old_work(sessions: Sessions, pause: Callable[[float], object]) -> None:
    """Return when every transaction has ended that may hold something sealed before the new key was there."""
    pause(SETTLE)
    with transaction(sessions) as session:
        # On SQLite a transaction begins by taking the write lock: once it has begun, none from before is under way.
        if session.connection().dialect.name == "sqlite":
            return
        since = session.execute(text("SELECT clock_timestamp()")).scalar_one()
    waited = 0.0
    while _old_work(sessions, since):
        if waited >= PATIENCE:
            raise Unavailable("A transaction that began before the new key does not end; the old keys are kept.")
        pause(1.0)
        waited += 1.0


def _old_work(sessions: Sessions, since: datetime) -> bool:
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND xact_start < :since"
    with transaction(sessions) as session:
        return bool(session.scalar(text(query), {"since": since}))
