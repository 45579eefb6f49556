"""The lines of a published list, with what may be posted of a person and nothing else (policy-facts §9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.domain.application import Application, ChildrenGround
from core.domain.area import Area
from core.domain.person import Person
from core.domain.published_list import ListEntry
from core.services.surnames import masked


@dataclass(frozen=True)
class Line:
    """One entry as the wall shows it. `name` is the surname and 某 outside the window and for who was taken off;
    `group` is '' where the office gave none; `born` is the year."""

    number: int
    name: str
    sex: Literal["female", "male"]
    village: str
    group: str
    born: int
    ground: ChildrenGround | None
    withdrawn: bool


_ENTRIES = (
    select(
        ListEntry.number,
        ListEntry.withdrawn_at,
        Person.name,
        Person.id_number,
        Person.village_group,
        Area.name.label("village"),
        Application.ground,
    )
    .join(Application, Application.id == ListEntry.application_id)
    .join(Person, Person.id == Application.person_id)
    .join(Area, Area.id == ListEntry.village_id)
    .order_by(ListEntry.number)
)


def lines(
    session: Session,
    vault: Vault,
    list_id: int,
    village_id: int | None,
    after: int,
    limit: int,
    *,
    open_now: bool = True,
) -> list[Line]:
    """Up to `limit` lines after number `after`, of one village or of the whole list. The caller knows whether the
    list's window is open: only then are names given in full."""
    entries = _ENTRIES.where(ListEntry.list_id == list_id, ListEntry.number > after).limit(limit)
    if village_id is not None:
        entries = entries.where(ListEntry.village_id == village_id)
    return [_line(vault, row, open_now) for row in session.execute(entries)]


def line(session: Session, vault: Vault, list_id: int, number: int, *, open_now: bool = True) -> Line | None:
    """The line with that number; None where the list has none."""
    row = session.execute(_ENTRIES.where(ListEntry.list_id == list_id, ListEntry.number == number)).first()
    return _line(vault, row, open_now) if row else None


def count(session: Session, list_id: int, village_id: int | None) -> int:
    """How many entries the list has, of one village or in all. What was taken off is counted: it keeps its number."""
    entries = select(func.count()).select_from(ListEntry).where(ListEntry.list_id == list_id)
    if village_id is not None:
        entries = entries.where(ListEntry.village_id == village_id)
    return session.scalar(entries) or 0


def _line(vault: Vault, row: Row[*tuple[Any, ...]], open_now: bool) -> Line:
    name, withdrawn = vault.open(Person.name, row.name), row.withdrawn_at is not None
    # GB 11643: the birth date stands in places 7 to 14; the 17th digit is odd for men, even for women.
    id_number = vault.open(Person.id_number, row.id_number)
    return Line(
        number=row.number,
        name=name if open_now and not withdrawn else masked(name),
        sex="male" if int(id_number[16]) % 2 else "female",
        village=row.village,
        group=row.village_group or "",
        born=int(id_number[6:10]),
        ground=row.ground,
        withdrawn=withdrawn,
    )
