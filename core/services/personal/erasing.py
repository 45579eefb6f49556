"""Erasure: everything of a person goes, but for what the law bids to keep; and it is said which is which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core import audit
from core.confidentiality.vault import Vault
from core.domain.application import Application
from core.domain.case import UNDECIDED, Case
from core.domain.payout import Payout
from core.domain.person import Person
from core.domain.stage import PROCEDURE
from core.errors import NotAllowed
from core.services.acting import Actor
from core.services.personal.asking import person_of
from core.services.personal.holdings import number_of, rows_of

# Of whoever was paid, the vouchers of public money are kept (会计档案管理办法 2015: thirty years), and with them what
# shows to whom they belong and on what decision.
KEPT_OF_THE_PAID = frozenset(
    {
        "persons",
        "applications",
        "stage_changes",
        "procedure_records",
        "list_entries",
        "cases",
        "payouts",
        "payout_replies",
        "corrections",
        "former_references",
    }
)


@dataclass(frozen=True)
class Erased:
    """How many records of each table went, and how many stay because the law bids it."""

    gone: dict[str, int]
    kept: dict[str, int]


def erase(session: Session, vault: Vault, ref: str, actor: Actor, now: datetime) -> Erased:
    """Erase what is held of the person with `ref`, at the person's own request.

    Raises NotFound; NotAllowed for whoever may not, and while an application is under way or confirmed, or a case about
    it is open: it is withdrawn or ended first, so that nobody vanishes from a list that the village can see.
    """
    person = person_of(session, ref, actor)
    stages = session.scalars(select(Application.stage).where(Application.person_id == person.id)).all()
    if standing := [stage for stage in stages if stage in PROCEDURE]:
        raise NotAllowed(f"{ref}: an application is {standing[0]}; end it with `jiangfu advance` first.")
    mine = select(Application.id).where(Application.person_id == person.id)
    if session.scalar(select(Case.id).where(Case.application_id.in_(mine), Case.state.in_(UNDECIDED)).limit(1)):
        raise NotAllowed(f"{ref}: a case about it is not decided; decide it first.")
    erased = erase_rows(session, person.id)
    audit.note(session, vault, actor.staff_id, "erase", ref, now)
    return erased


def erase_rows(session: Session, person_id: int, *, even_of_the_paid: bool = False) -> Erased:
    """Delete all records of the person; those of whoever was paid only with `even_of_the_paid`."""
    was_paid = session.scalar(select(Payout.id).where(Payout.person_id == person_id).limit(1)) is not None
    kept_tables = KEPT_OF_THE_PAID if was_paid and not even_of_the_paid else frozenset()
    gone, kept = {}, {}
    found = [(table, mine, number_of(session, table, mine)) for table, mine in rows_of(person_id)]
    # What picks the rows out is itself among them: it is fixed before the first goes.
    picked = [
        (table, [tuple(row) for row in session.execute(select(*table.primary_key.columns).where(mine))])
        for table, mine, number in found
        if number and table.name not in kept_tables
    ]
    kept = {table.name: number for table, _, number in found if number and table.name in kept_tables}
    for table, keys in reversed(picked):
        gone[table.name] = len(keys)
        columns = list(table.primary_key.columns)
        for key in keys:
            this = [column == value for column, value in zip(columns, key, strict=True)]
            # Others spoke in a case, and follow it by their numbers.
            change = update(table).values(application_id=None) if table.name == "cases" else delete(table)
            session.execute(change.where(*this))
    session.expire_all()
    return Erased(gone, kept)


def is_gone(session: Session, person_id: int) -> bool:
    """Whether no person has that id any more."""
    return session.scalar(select(Person.id).where(Person.id == person_id)) is None
