"""How many reports a closed year brought, by township, told so that no small number can be worked out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.domain.area import Area, Level
from core.domain.report import ReportTally
from core.errors import NotAllowed
from core.services.reports.charge import RANKS

# Below this a number points at people.
FEWEST = 5
# What concerns no township in particular is counted under this.
DISTRICT = 0
# A tally of whatever length is sealed at this one, in characters.
_LENGTH = 4096


@dataclass(frozen=True)
class Counts:
    """The reports of a year: by the code of the township, and in all. None: withheld; that may be any number, as so
    many others are withheld that it cannot be told from the rest."""

    by_township: Mapping[str, int | None]
    total: int | None


def add_to_tally(session: Session, vault: Vault, year: int, townships: Iterable[int | None]) -> None:
    """Count a report of that year for each of `townships` (an area's id; None: the district)."""
    row = session.get(ReportTally, year, with_for_update=True)
    counts = _open(vault, row.counts) if row else {}
    for township in townships:
        key = str(township or DISTRICT)
        counts[key] = counts.get(key, 0) + 1
    sealed = vault.seal(ReportTally.counts, json.dumps(counts).ljust(_LENGTH))
    if row is None:
        session.add(ReportTally(year=year, counts=sealed))
    else:
        row.counts = sealed
    session.flush()


def counts_by_township(session: Session, vault: Vault, year: int, today: date) -> Counts:
    """The reports of a closed year. A year without reports is told like one with a few.

    Raises NotAllowed for a year that is not over: its numbers, looked at day by day, would tell when somebody wrote.
    """
    if year >= today.year:
        raise NotAllowed(f"{year} is not over; reports are counted for closed years only.")
    row = session.get(ReportTally, year)
    counts = _open(vault, row.counts) if row else {}
    codes = {str(area.id): area.code for area in session.scalars(select(Area)) if RANKS[area.level] == 1}
    district = session.scalar(select(Area.code).where(Area.level == Level.DISTRICT).order_by(Area.id).limit(1))
    exact = {code: counts.get(area_id, 0) for area_id, code in codes.items()}
    exact[district or ""] = sum(number for area_id, number in counts.items() if area_id not in codes)
    return withheld(exact, sorted(exact, key=lambda code: vault.lookup("report.counts", f"{year}:{code}")))


def withheld(exact: Mapping[str, int], order: Sequence[str]) -> Counts:
    """`exact` as it may be shown: what is below five is withheld, and of the rest, in that order, as many as it takes
    that at least two are, and that together they are at least five; a total below five is withheld too.

    `order` must neither follow from the numbers nor be known to the reader, else he could tell which were small.
    """
    total = sum(exact.values())
    hidden = {code for code in exact if exact[code] < FEWEST}
    for code in order:
        if not hidden or (len(hidden) > 1 and sum(exact[each] for each in hidden) >= FEWEST):
            break
        hidden.add(code)
    shown = {code: None if code in hidden else number for code, number in exact.items()}
    return Counts(shown, total if total >= FEWEST else None)


def _open(vault: Vault, sealed: bytes) -> dict[str, int]:
    counts: dict[str, int] = json.loads(vault.open(ReportTally.counts, sealed))
    return counts
