"""A small district, and importers over files that the tests write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.confidentiality.vault import Vault
from core.db import Base, Sessions, transaction
from core.domain.area import Area, Level
from core.domain.payout import Payout
from core.domain.stage import Stage
from core.services.importing import applicant_row, areas, staff
from core.services.importing.applicants import import_applicants
from core.services.importing.batches import ignore
from core.services.importing.payout_row import LAYOUT
from core.services.importing.payout_totals import Totals
from core.services.importing.payouts import Occasion, import_payouts
from core.services.importing.reading import open_table
from core.services.importing.report import Report, RowResult
from tests.core.services.importing.invented import csv_file, id_number
from tests.districts import District, settle, somebody
from tests.stopped_clock import MID_MAY, SHANGHAI

# Of a bank's file.
HEADER = ("ref", "year", "amount", "status", "paid_on", "reason")
AUGUST = datetime(2026, 8, 3, 10, 0, tzinfo=SHANGHAI)


@dataclass
class Imported:
    """What an import said: its report, and the lines that it printed."""

    report: Report
    results: list[RowResult] = field(default_factory=list)

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Created, updated, unchanged, rejected."""
        return tuple(self.report.counts[outcome] for outcome in ("created", "updated", "unchanged", "rejected"))  # type: ignore[return-value]

    @property
    def said(self) -> list[str]:
        """The printed lines."""
        return [sentence for result in self.results for sentence in result.sentences()]


@dataclass
class Desk:
    """Imports files into one database. `keeps`: whether it keeps the result of every row."""

    sessions: Sessions
    vault: Vault
    folder: Path
    keeps: bool = True

    def areas(self, path: Path, **options: Any) -> Imported:
        """Import areas."""
        return self._run(
            path, areas.LAYOUT, lambda rows, **more: areas.import_areas(rows, self.sessions, **more), options
        )

    def staff(self, path: Path, **options: Any) -> Imported:
        """Import staff."""
        work = lambda rows, **more: staff.import_staff(rows, self.sessions, self.vault, **more)  # noqa: E731
        return self._run(path, staff.LAYOUT, work, options)

    def applicants(self, path: Path, **options: Any) -> Imported:
        """Import applicants as of the middle of May 2026."""
        work = lambda rows, **more: import_applicants(rows, self.sessions, self.vault, MID_MAY, **more)  # noqa: E731
        return self._run(path, applicant_row.LAYOUT, work, options)

    def people(self, *rows: dict[str, Any], header: Iterable[str] | None = None, **options: Any) -> Imported:
        """Import these applicants."""
        wanted = {"header": tuple(header)} if header else {}
        return self.applicants(csv_file(self.folder / "people.csv", rows, **wanted), **options)

    def all(self, kind: type[Base]) -> list[Any]:
        """All records of a kind, in the order in which they were made."""
        with transaction(self.sessions) as session:
            return list(session.scalars(select(kind).order_by(*kind.__table__.primary_key)))

    def _run(self, path: Path, layout: Any, work: Callable[..., Report], options: dict[str, Any]) -> Imported:
        results: list[RowResult] = []
        with open_table(path, layout) as table:
            return Imported(work(table.rows, on_row=results.append if self.keeps else ignore, **options), results)


@pytest.fixture
def desk(sessions: Sessions, vault: Vault, tmp_path: Path) -> Desk:
    """A desk with a district D, a township T, an office O, and villages V1 and V2."""
    with transaction(sessions) as session:
        session.add(district := Area(code="D", name="某区", level=Level.DISTRICT))
        session.flush()
        session.add(township := Area(code="T", name="甲镇", level=Level.TOWNSHIP, parent_id=district.id))
        session.add(Area(code="O", name="乙街道", level=Level.OFFICE, parent_id=district.id))
        session.flush()
        for code in ("V1", "V2"):
            session.add(Area(code=code, name=code, level=Level.VILLAGE, parent_id=township.id))
    return Desk(sessions, vault, tmp_path)


@dataclass
class Counter:
    """The counter that imports the bank's files, and the people who are paid."""

    sessions: Sessions
    vault: Vault
    folder: Path
    district: District
    refs: list[str] = field(default_factory=list)

    def row(self, place: int = 0, **cells: object) -> dict[str, object]:
        """A good row of the person at `place`."""
        good = {"ref": self.refs[place], "year": 2026, "amount": 960, "status": "paid", "paid_on": "2026-07-29"}
        return {**good, **cells}

    def imports(
        self, *rows: dict[str, object] | Path, now: datetime = AUGUST, amounts: Mapping[int, int] = {}, **options: Any
    ) -> tuple[Imported, Totals]:
        """Import these rows (or the one file) at `now`."""
        path = rows[0] if isinstance(rows[0], Path) else csv_file(self.folder / "july.csv", rows, HEADER)
        results: list[Any] = []
        dry_run = options.pop("dry_run", False)
        totals = Totals()
        with open_table(path, LAYOUT) as table:
            occasion = Occasion(now, amounts, **options)
            report = import_payouts(
                table.rows, self.sessions, self.vault, occasion, totals, dry_run=dry_run, on_row=results.append
            )
        return Imported(report, results), totals

    def corrects(self, *rows: dict[str, object]) -> Imported:
        """Import these rows as a correction."""
        return self.imports(*rows, correction="银行退回")[0]

    def all(self, kind: type[Base]) -> list[Any]:
        """All records of a kind, in the order in which they were made."""
        with transaction(self.sessions) as session:
            return list(session.scalars(select(kind).order_by(*kind.__table__.primary_key)))

    def lines(self) -> list[tuple[int, str, date | None]]:
        """Turn, status and day of every line recorded."""
        return [(payout.turn, str(payout.status), payout.paid_on) for payout in self.all(Payout)]


@pytest.fixture
def counter(sessions: Sessions, vault: Vault, tmp_path: Path) -> Counter:
    """Three recipients of 2025 (two in one township, one in another), and one whose application is only declared."""
    with transaction(sessions) as session:
        district = settle(session, vault)
        made = Counter(sessions, vault, tmp_path, district)
        for serial, (area, stage) in enumerate(
            (("T1V1", Stage.CONFIRMED), ("T1V2", Stage.CONFIRMED), ("T2V1", Stage.CONFIRMED), ("T1V1", Stage.DECLARED))
        ):
            ref = somebody(
                session, vault, district.areas[area], id_number=id_number(serial), stage=stage, year=2025,
                phone=f"+861380000000{serial}",
            )  # fmt: skip
            made.refs.append(ref)
    return made
