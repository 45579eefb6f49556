"""What is held of one person: found by the foreign keys of the tables themselves, so that no new table is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, LargeBinary, Select, Table, func, inspect, or_, select
from sqlalchemy.orm import Session

from core.confidentiality.rotation import sealed_columns
from core.confidentiality.vault import Column, SealedText, Vault, table_of
from core.db import Base
from core.domain.application import Application
from core.domain.contact import Contact, ContactPerson
from core.domain.payout import Payout
from core.domain.person import Person
from core.domain.staff_chat import StaffContact


@dataclass(frozen=True)
class Holding:
    """One record: its table, and what it says, column by column, in clear."""

    table: str
    said: dict[str, str]


def rows_of(person_id: int) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Every table that can hold something of the person, with the condition that picks it out; what others refer to
    comes first. Objections that the person made, and reports, are not found: nothing leads from a person to them."""
    of_person = select(Person.id).where(Person.id == person_id)
    owners: dict[str, Select[int]] = {
        "persons": of_person,
        "applications": select(Application.id).where(Application.person_id == person_id),
        "payouts": select(Payout.id).where(Payout.person_id == person_id),
        "contacts": contacts_of_nobody_else(person_id),
    }
    for table in Base.metadata.sorted_tables:
        conditions = [
            key.parent.in_(owners[key.column.table.name])
            for key in table.foreign_keys
            if key.column.table.name in owners and key.column.name == "id"
        ]
        if table.name in owners:
            conditions.append(table.c.id.in_(owners[table.name]))
        if conditions:
            yield table, or_(*conditions)


def contacts_of_nobody_else(person_id: int) -> Select[int]:
    """The contacts that serve this person and nobody else, staff neither."""
    others = select(ContactPerson.contact_id).where(ContactPerson.person_id != person_id)
    staff = select(StaffContact.contact_id)
    mine = select(ContactPerson.contact_id).where(ContactPerson.person_id == person_id)
    return select(Contact.id).where(Contact.id.in_(mine), Contact.id.not_in(others), Contact.id.not_in(staff))


def holdings(session: Session, vault: Vault, person_id: int) -> list[Holding]:
    """All records of the person, in clear but for keyed hashes, which say nothing. Raises KeysError where a value does
    not open."""
    sealed = {(table_of(column).name, column.key): column for column in sealed_columns()}
    found = []
    for table, mine in rows_of(person_id):
        order = inspect(table).primary_key.columns
        for row in session.execute(select(table).where(mine).order_by(*order)).mappings():
            said = {
                column.name: _in_clear(vault, sealed.get((table.name, column.name)), row[column.name])
                for column in table.columns
                if _is_readable(column.type) and row[column.name] is not None
            }
            found.append(Holding(table.name, said))
    return found


def number_of(session: Session, table: Table, mine: ColumnElement[bool]) -> int:
    """How many rows of `table` that condition picks out."""
    return session.scalar(select(func.count()).select_from(table).where(mine)) or 0


def _is_readable(kind: object) -> bool:
    return isinstance(kind, SealedText) or not isinstance(kind, LargeBinary)


def _in_clear(vault: Vault, column: Column | None, value: object) -> str:
    return vault.open(column, value) if column is not None and isinstance(value, bytes) else str(value)
