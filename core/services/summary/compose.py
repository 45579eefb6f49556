"""The whole summary: the figures that stand at its head, and one table for each thing that the office answers for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from core import audit
from core.confidentiality.vault import Vault
from core.policy.amounts import amount_for
from core.services.summary import confirmed, payments, procedure, traffic
from core.services.summary.payments import Payments
from core.services.summary.places import Place, district
from core.services.summary.tables import Scope, Table, cut

# In the order in which they are shown. One more is a function more; it gives None where it has nothing to say.
SECTIONS: tuple[Callable[[Scope], Table | None], ...] = (
    confirmed.confirmed_by_area,
    procedure.stages,
    procedure.rejections,
    payments.payments_by_area,
    payments.replies,
    payments.yearly_check,
    procedure.objections,
    procedure.other_cases,
    traffic.reports,
    traffic.messages,
)


@dataclass(frozen=True)
class Summary:
    """A year as of a day: how many were confirmed, of which agricultural population, what was paid, and the tables.
    `audit_head` vouches for the trail up to the moment of the summary."""

    year: int
    as_of: date
    district: Place
    confirmed: int
    payments: Payments
    tables: tuple[Table, ...]
    audit_head: audit.Head | None

    @property
    def population(self) -> int | None:
        """The district's agricultural population; None where it is not recorded."""
        return self.district.population

    @property
    def per_mille(self) -> Decimal | None:
        """The confirmed per mille of the agricultural population, cut after two digits."""
        return cut(self.confirmed, self.population, 1000) if self.population else None

    @property
    def per_mille_exact(self) -> Decimal | None:
        """The same, not cut."""
        return Decimal(self.confirmed) * 1000 / self.population if self.population else None

    def table(self, key: str) -> Table:
        """The table with that key. Raises KeyError."""
        return {table.key: table for table in self.tables}[key]


def summarise(session: Session, vault: Vault, year: int, amounts: Mapping[int, int], now: datetime) -> Summary:
    """Sum up `year` as it stands at `now`; `amounts` holds the office's own amounts, in yuan by year. Nothing is
    written.

    Raises NotFound where there is no district, AmountError for a year before the scheme began.
    """
    scope = Scope(session, vault, year, now.date(), now.tzinfo)
    paid = payments.payments_of(scope, amount_for(year, amounts).yuan)
    tables = tuple(table for section in SECTIONS if (table := section(scope)) is not None)
    people = confirmed.people(scope)
    return Summary(year, now.date(), district(session), people, paid, tables, audit.head(session))
