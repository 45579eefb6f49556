"""Merging: two records of one person become one, under the reference that stays; the other goes on finding it."""

from __future__ import annotations

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.db import Base
from core.domain.application import Application
from core.domain.correction import CorrectionKind, FormerReference
from core.domain.payout import Payout
from core.domain.person import Person
from core.errors import NotAllowed
from core.services.personal.correcting import Clerk
from core.services.personal.telling import MERGED

# Two of these cannot stand side by side: the office decides first which is right.
_ONE_ONLY: dict[str, type[Application | Payout]] = {"applications": Application, "payouts": Payout}


def merge(clerk: Clerk, ref: str, other: str) -> None:
    """Let everything of the person with the reference `other` be that of `ref`, whose name, number and village count.

    Raises NotFound; NotAllowed where both have an application or a payment of the same year, or the actor keeps no
    records of both areas.
    """
    if ref == other:
        raise NotAllowed("These are one record already.")
    kept, gone = clerk.person(ref), clerk.person(other)
    for what, kind in _ONE_ONLY.items():
        if (twice := _both(clerk.session, kind, kept.id, gone.id)) is not None:
            raise NotAllowed(f"{ref} and {other} both have {what} of {twice}: `jiangfu person erase` the wrong one.")
    gone_id = gone.id
    clerk.session.flush()
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table.name == "persons":
                _hand_over(clerk.session, table.name, key.parent.name, gone_id, kept.id)
    clerk.session.execute(delete(Person).where(Person.id == gone_id))
    clerk.session.add(FormerReference(ref=other, person_id=kept.id))
    row = clerk.note(kept, CorrectionKind.MERGED)
    clerk.tell(kept, row, MERGED, former=other)


def _both(session: Session, kind: type[Application | Payout], kept: int, gone: int) -> int | None:
    of_two = select(kind.year).where(kind.person_id.in_((kept, gone))).group_by(kind.year)
    return session.scalars(of_two.having(func.count(kind.person_id.distinct()) > 1).limit(1)).first()


def _hand_over(session: Session, table_name: str, column_name: str, gone: int, kept: int) -> None:
    """Row by row: where the one that stays has the same already (a phone, a visit, a message), the other's goes."""
    table = Base.metadata.tables[table_name]
    column, keys = table.c[column_name], list(table.primary_key.columns)
    for values in session.execute(select(*keys).where(column == gone)).all():
        this = [key == value for key, value in zip(keys, values, strict=True)]
        try:
            with session.begin_nested():
                session.execute(update(table).where(*this).values({column_name: kept}))
        except IntegrityError:
            session.execute(delete(table).where(*this))
