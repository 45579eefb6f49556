"""The baseline of `bench plan`: a twin of the outbox, and the one statement that fills it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Engine, ForeignKey, Index, MetaData, String, Table, cast, insert, literal, select

from core.delivery.outbox import PRIORITIES, OutboxRow, State
from core.domain.contact import ContactPerson
from core.domain.person import Person
from core.reminders.rules import Rule
from core.schema import Base

OUTBOX = Base.metadata.tables[OutboxRow.__tablename__]


def create(engine: Engine) -> Table:
    """A table with the outbox's columns, indexes and foreign keys."""
    raw = Table("raw_outbox", MetaData(), *(_like(column) for column in OUTBOX.columns), sqlite_autoincrement=True)
    for index in OUTBOX.indexes:
        where = {f"{name}_where": index.dialect_options[name]["where"] for name in ("sqlite", "postgresql")}
        Index(f"raw_{index.name}", *(raw.c[c.name] for c in index.columns), unique=index.unique, **where)
    raw.create(engine)
    return raw


def _like(column: Column[Any]) -> Column[Any]:
    ties = (ForeignKey(tie.column) for tie in column.foreign_keys)
    return Column(column.name, column.type, *ties, primary_key=column.primary_key, nullable=column.nullable)


def fill(engine: Engine, raw: Table, rule: Rule, now: datetime) -> int:
    """Write the same rows for everybody who has a contact; how many."""
    constants: dict[str, Any] = {
        "kind": rule.kind,
        "priority": PRIORITIES[rule.kind],
        "text_key": rule.text,
        "turn": 0,
        "created_at": now,
        "not_before": now,
        "expires_at": now + timedelta(days=9),
        "state": State.QUEUED,
        "attempts": 0,
    }
    values = [literal(value, raw.c[name].type) for name, value in constants.items()]
    event = literal(f"{rule.windows[0]}:{now.year}:") + cast(Person.area_id, String)
    rows = select(ContactPerson.contact_id, ContactPerson.person_id, event, *values).join(Person)
    statement = insert(raw).from_select(["contact_id", "person_id", "event", *constants], rows)
    with engine.begin() as connection:
        return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount
