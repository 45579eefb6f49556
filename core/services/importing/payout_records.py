"""The records that some rows of a result file name, fetched in a few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from core.confidentiality.vault import Vault
from core.domain.annual_check import AnnualCheck, CheckState
from core.domain.application import Application
from core.domain.area import Area
from core.domain.payout import Payout
from core.domain.person import Person
from core.domain.stage import Stage
from core.services.importing.payout_row import PayoutRow
from core.services.payouts import Result
from core.services.recipients import WAS_CONFIRMED
from core.services.status import LATEST


@dataclass(frozen=True)
class Recipient:
    """A person whom a row names: the first year that he was confirmed for (None: never), how the latest application
    stands and since which day, the code of the township or office, and the years whose check is paused."""

    person_id: int
    since_year: int | None
    stage: Stage | None
    stage_since: date
    office: str
    paused: frozenset[int] = field(default_factory=frozenset)

    def is_paused(self, year: int) -> bool:
        """Whether the yearly check of `year` has not reached him in time."""
        return year in self.paused


class Records:
    """Who is named by some rows, and what the bank has said of them before; days are those of `zone`."""

    def __init__(self, session: Session, vault: Vault, rows: Iterable[PayoutRow], zone: tzinfo | None) -> None:
        self._session = session
        self._vault = vault
        self._zone = zone
        self.recipients = self._fetched({row.ref for row in rows})
        self._standing = self._fetched_payouts()

    def standing(self, person_id: int, year: int) -> Sequence[Payout]:
        """The lines of a person and year, in the order in which they were added."""
        return self._standing[person_id, year]

    def result_of(self, payout: Payout) -> Result:
        """The line as the bank said it."""
        reason = self._vault.open(Payout.reason, payout.reason) if payout.reason else ""
        return Result(payout.person_id, payout.year, payout.amount, payout.status, payout.paid_on, reason)

    def _fetched(self, refs: set[str]) -> dict[str, Recipient]:
        office = aliased(Area)
        query = (
            select(Person.ref, Person.id, Application.stage, Application.stage_since, office.code)
            .join(Area, Area.id == Person.area_id)
            .join(office, office.id == Area.parent_id, isouter=True)
            .join(Application, LATEST, isouter=True)
            .where(Person.ref.in_(refs))
        )
        rows = self._session.execute(query).all()
        ids = [row.id for row in rows]
        confirmed, paused = self._confirmed(ids), self._paused(ids)
        return {
            ref: Recipient(
                person_id,
                confirmed.get(person_id),
                stage,
                since.astimezone(self._zone).date() if since else date.max,
                code or "",
                frozenset(paused[person_id]),
            )
            for ref, person_id, stage, since, code in rows
        }

    def _confirmed(self, ids: Sequence[int]) -> dict[int, int]:
        query = select(Application.person_id, func.min(Application.year)).where(
            Application.person_id.in_(ids), WAS_CONFIRMED
        )
        rows = self._session.execute(query.group_by(Application.person_id))
        return {row[0]: row[1] for row in rows}

    def _paused(self, ids: Sequence[int]) -> dict[int, set[int]]:
        paused: dict[int, set[int]] = defaultdict(set)
        query = select(AnnualCheck.person_id, AnnualCheck.year).where(
            AnnualCheck.person_id.in_(ids), AnnualCheck.state == CheckState.PAUSED
        )
        for person_id, year in self._session.execute(query):
            paused[person_id].add(year)
        return paused

    def _fetched_payouts(self) -> dict[tuple[int, int], list[Payout]]:
        ids = [recipient.person_id for recipient in self.recipients.values()]
        standing: dict[tuple[int, int], list[Payout]] = defaultdict(list)
        query = select(Payout).where(Payout.person_id.in_(ids)).order_by(Payout.turn)
        for payout in self._session.scalars(query):
            standing[payout.person_id, payout.year].append(payout)
        return standing
