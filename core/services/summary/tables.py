"""The shape of a table of the summary, and how the district's report cuts a ratio."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from decimal import ROUND_DOWN, Decimal

from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault

Value = str | int | Decimal | None


@dataclass(frozen=True)
class Table:
    """A table by its stable key. `columns` are stable keys too, `rows` hold a value for each; None is what is not known
    or may not be shown. `plot` names the column that a chart shows over the first ones; '' for no chart."""

    key: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    plot: str = ""


@dataclass(frozen=True)
class Scope:
    """What a table is made from: the records, the year, and the day (in the scheme's zone) on which it is made."""

    session: Session
    vault: Vault
    year: int
    today: date
    zone: tzinfo | None

    @property
    def begin(self) -> datetime:
        """The year's first instant."""
        return datetime.combine(date(self.year, 1, 1), time(), self.zone)

    @property
    def end(self) -> datetime:
        """The instant after the year's last."""
        return datetime.combine(date(self.year + 1, 1, 1), time(), self.zone)


def cut(part: int, whole: int, per: int) -> Decimal:
    """`part` of `whole` in parts per `per`, cut (not rounded) after two digits as the district's report does: 69 of
    64,000 is 1.07 per mille.

    >>> cut(69, 64_000, 1000)
    Decimal('1.07')
    """
    return (Decimal(part) * per / whole).quantize(Decimal("0.01"), ROUND_DOWN)
