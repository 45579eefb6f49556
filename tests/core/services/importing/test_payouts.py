"""Import of payouts: checked against the amount in force, added to and never changed, told to each person once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from sqlalchemy import func, select

from core.audit import AuditEntry
from core.confidentiality.vault import Vault
from core.db import Base, Sessions, transaction
from core.delivery.outbox import OutboxRow
from core.domain.annual_check import AnnualCheck, CheckState
from core.domain.application import Application, StageChange
from core.domain.payout import Payout, PayoutBatch, PayoutStatus
from core.domain.person import Person
from core.domain.staff import Role
from core.domain.stage import Stage
from core.errors import NotAllowed
from core.services.acting import Actor
from core.services.importing.payout_records import Records
from core.services.importing.payout_row import LAYOUT
from core.services.importing.payout_totals import Totals
from core.services.importing.payouts import Occasion, import_payouts
from core.services.importing.reading import open_table
from core.services.importing.table import FileRefused
from core.services.payouts import failed_payouts, payout_of
from tests.core.services.importing.conftest import Imported
from tests.core.services.importing.invented import csv_file, id_number, xlsx_file
from tests.districts import District, settle, somebody
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY, SHANGHAI

HEADER = ("ref", "year", "amount", "status", "paid_on", "reason")
AUGUST = datetime(2026, 8, 3, 10, 0, tzinfo=SHANGHAI)
NOBODYS = "27183644"


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


def test_a_batch_is_recorded_and_everybody_told(counter: Counter) -> None:
    """A line each in one batch, the totals of each area and of the batch, and one message to each person."""
    failed = counter.row(2, status="失败", paid_on="", reason="账号错误")
    imported, totals = counter.imports(counter.row(0), counter.row(1, status="已发放", paid_on="2026年7月30日"), failed)
    assert imported.counts == (3, 0, 0, 0)
    assert counter.lines() == [
        (0, "paid", date(2026, 7, 29)), (0, "paid", date(2026, 7, 30)), (0, "failed", None),
    ]  # fmt: skip
    (batch,) = counter.all(PayoutBatch)
    assert list(totals.sentences()) == [
        "T1: paid 2 (1,920 yuan), failed 0 (0 yuan)",
        "T2: paid 0 (0 yuan), failed 1 (960 yuan)",
        f"batch {batch.id}: paid 2 (1,920 yuan), failed 1 (960 yuan)",
    ]
    told = counter.all(OutboxRow)
    assert [(row.text_key, row.kind) for row in told] == [
        ("remind.paid", "decision"), ("remind.paid", "decision"), ("remind.payment_failed", "decision"),
    ]  # fmt: skip
    assert {row.event for row in told} == {f"payout:{payout.id}" for payout in counter.all(Payout)}
    assert {row.expires_at - row.created_at for row in told} == {timedelta(days=14)}
    assert {row.fields for row in told} == {None}  # the text is composed from the line itself, when it is sent


def test_the_same_file_again_changes_nothing(counter: Counter) -> None:
    """No line, no batch, no message and no audit entry more; nothing to total."""
    rows = counter.row(0), counter.row(1, status="failed", reason="账号错误")
    counter.imports(*rows)
    before = [len(counter.all(kind)) for kind in (Payout, PayoutBatch, OutboxRow, AuditEntry)]
    imported, totals = counter.imports(*rows)
    assert imported.counts == (0, 0, 2, 0)
    assert list(totals.sentences()) == []
    assert [len(counter.all(kind)) for kind in (Payout, PayoutBatch, OutboxRow, AuditEntry)] == before == [2, 1, 2, 1]


BAD = {
    "fen": ({"amount": 96000}, "amount: is a hundred times the 960 yuan of 2026: is it in fen?"),
    "the word fen": ({"amount": "96000分"}, "amount: is in fen"),
    "a thousands separator": ({"amount": "1,200"}, "amount: has a thousands separator"),
    "a full-width one": ({"amount": "1，200"}, "amount: has a thousands separator"),
    "part of a yuan": ({"amount": "960.50"}, "amount: holds a part of a yuan"),
    "an amount that is not in force": ({"amount": 720}, "amount: is not the 960 yuan in force for 2026"),
    "words": ({"amount": "九百六"}, "amount: must be yuan"),
    "a minus": ({"amount": "-960"}, "amount: must be yuan"),
    "no amount": ({"amount": ""}, "amount: is empty"),
    "a formula": ({"amount": "=480*2"}, "amount: holds a formula"),
    "a year before the scheme": ({"year": 1999}, "year: must be a whole number"),
    "next year": ({"year": 2027}, "year: must be a whole number"),
    "an unclear status": ({"status": "处理中"}, "status: must be one of"),
    "a day that does not exist": ({"paid_on": "2026-02-30"}, "paid_on: must be a day"),
    "a day to come": ({"paid_on": "2026-08-04"}, "paid_on: lies in the future"),
    "a day before the year": ({"paid_on": "2025-12-31"}, "paid_on: lies before 2026"),
    "paid without a day": ({"paid_on": ""}, "paid_on: is empty"),
    "failed without a reason": ({"status": "failed"}, "reason: is empty"),
    "no reference": ({"ref": "12345678"}, "ref: is not a reference of this line: a digit"),
    "nobody's reference": ({"ref": NOBODYS}, "ref: is nobody's"),
}


@on_sqlite
@pytest.mark.parametrize(("cells", "reason"), BAD.values(), ids=BAD)
def test_a_bad_line_is_named_and_the_good_ones_kept(counter: Counter, cells: dict[str, object], reason: str) -> None:
    """One sentence with line and column; nothing of the line is recorded, and nobody is told of it."""
    imported, _totals = counter.imports(counter.row(1), counter.row(0, **cells))
    assert imported.counts == (1, 0, 0, 1)
    assert imported.said[0].startswith(f"line 3, column {reason}")
    assert len(imported.said) == len(counter.all(Payout)) == len(counter.all(OutboxRow)) == 1


@pytest.mark.parametrize("amount", ["960", "960.00", "960元", "９６０", 960, 960.0])
@on_sqlite
def test_how_banks_write_an_amount(counter: Counter, amount: object) -> None:
    """Whole yuan, with or without two noughts, in any width, as text or as a number of a workbook."""
    path = xlsx_file(counter.folder / "july.xlsx", [counter.row(amount=amount, ref=counter.refs[0])], HEADER)
    assert counter.imports(path)[0].counts == (1, 0, 0, 0)


@on_sqlite
def test_the_offices_own_amount_is_the_one_in_force(counter: Counter) -> None:
    """Where the settings name an amount for the year, it and no other is right; other years keep the floor."""
    rows = counter.row(0, amount=1200), counter.row(1), counter.row(2, year=2025, paid_on="2026-01-05")
    imported, _totals = counter.imports(*rows, amounts={2026: 1200})
    assert imported.counts == (2, 0, 0, 1)
    assert imported.said == ["line 3, column amount: is not the 1200 yuan in force for 2026"]


@on_sqlite
def test_one_person_twice_in_a_file(counter: Counter) -> None:
    """The second line of the same person and year is refused and names the first, though it says the same."""
    imported, _totals = counter.imports(counter.row(0), counter.row(0), counter.row(0, year=2025))
    assert imported.counts == (2, 0, 0, 1)
    assert imported.said == ["line 3, column ref: line 2 has this person and year already"]


def test_what_may_follow_a_payment(counter: Counter) -> None:
    """After failed may come failed again, then paid; after paid nothing but a correction, and each line stays."""
    failed = {"status": "failed", "paid_on": "", "reason": "账号错误"}
    counter.imports(counter.row(0, **failed))
    counter.imports(counter.row(0, **failed | {"reason": "户名不符"}))
    counter.imports(counter.row(0))
    imported, _totals = counter.imports(counter.row(0, paid_on="2026-07-30"))
    assert imported.said == ["line 2, column ref: is paid for 2026 already (batch 3): correct it with --correction"]
    assert counter.imports(counter.row(0, **failed))[0].counts == (0, 0, 1, 0)  # an old file again
    assert counter.corrects(counter.row(0, **failed)).counts == (1, 0, 0, 0)
    assert counter.corrects(counter.row(0)).counts == (1, 0, 0, 0)
    assert [status for _turn, status, _day in counter.lines()] == ["failed", "failed", "paid", "failed", "paid"]
    assert [turn for turn, _status, _day in counter.lines()] == [0, 1, 2, 3, 4]
    with transaction(counter.sessions) as session:
        person_id = session.scalar(select(Person.id).where(Person.ref == counter.refs[0]))
        counting = payout_of(session, person_id or 0, 2026)
        assert counting is not None
        assert (counting.turn, counting.status) == (4, PayoutStatus.PAID)
        assert failed_payouts(session, 2026) == []
    reasons = [batch.reason for batch in counter.all(PayoutBatch)]
    assert [reason and counter.vault.open(PayoutBatch.reason, reason) for reason in reasons[-2:]] == ["银行退回"] * 2
    assert reasons[:3] == [None] * 3


def test_failed_payments_wait_for_a_visit(counter: Counter) -> None:
    """Those whose line that counts is a failure, and no others."""
    counter.imports(counter.row(0), counter.row(1, status="failed", reason="账号错误"))
    with transaction(counter.sessions) as session:
        (failed,) = failed_payouts(session, 2026)
        ref = session.scalar(select(Person.ref).where(Person.id == failed.person_id))
    assert ref == counter.refs[1]


@on_sqlite
def test_only_recipients_are_paid(counter: Counter) -> None:
    """Not who is still in the procedure, nor for a year before the confirmation."""
    imported, _totals = counter.imports(counter.row(3), counter.row(0, year=2024, paid_on="2026-01-05"))
    assert imported.said == [
        "line 2, column ref: is not a confirmed recipient's of 2026",
        "line 3, column ref: is not a confirmed recipient's of 2024",
    ]


@on_sqlite
def test_who_has_ceased(counter: Counter) -> None:
    """Money of before that day is recorded; of that day or later it is to be returned."""
    with transaction(counter.sessions) as session:
        for application in session.scalars(select(Application).where(Application.stage == Stage.CONFIRMED)):
            session.add(StageChange(application_id=application.id, changed_at=MID_MAY, to_stage=Stage.CONFIRMED))
            application.stage, application.stage_since = Stage.CEASED, datetime(2026, 7, 29, 1, tzinfo=SHANGHAI)
    imported, _totals = counter.imports(counter.row(0, paid_on="2026-07-28"), counter.row(1))
    assert imported.counts == (1, 0, 0, 1)
    assert imported.said[0].startswith("line 3, column ref: is of somebody whose payments have ceased")


@on_sqlite
def test_a_paused_person_is_pointed_out(counter: Counter) -> None:
    """What the bank did is recorded; that the yearly check is open is said beside it."""
    with transaction(counter.sessions) as session:
        person_id = session.scalar(select(Person.id).where(Person.ref == counter.refs[0])) or 0
        check = AnnualCheck(
            person_id=person_id, year=2026, state=CheckState.PAUSED, asked_at=MID_MAY, due_on=MID_MAY.date()
        )
        session.add(check)
    imported, _totals = counter.imports(counter.row(0))
    assert imported.counts == (1, 0, 0, 0)
    assert "warning: is paused" in imported.said[0]


@on_sqlite
def test_a_dry_run_saves_nothing(counter: Counter) -> None:
    """It says what the real run would say, totals too, and names no batch."""
    imported, totals = counter.imports(counter.row(0), counter.row(1, amount=1), dry_run=True)
    assert imported.counts == (1, 0, 0, 1)
    assert list(totals.sentences())[-1] == "in all: paid 1 (960 yuan), failed 0 (0 yuan)"
    assert [len(counter.all(kind)) for kind in (Payout, PayoutBatch, OutboxRow, AuditEntry)] == [0, 0, 0, 0]


@on_sqlite
def test_more_rows_than_a_transaction_holds_are_one_batch(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch is the file, in however many transactions it is written."""
    monkeypatch.setattr("core.services.importing.payouts.run.__kwdefaults__", {"batch": 1})
    counter.imports(counter.row(0), counter.row(1), counter.row(2))
    assert len(counter.all(PayoutBatch)) == 1
    assert len(counter.all(AuditEntry)) == 3


@on_sqlite
def test_who_imports_stands_in_the_audit_trail(counter: Counter) -> None:
    """The staff number where one was named, the batch, and nobody's data."""
    officer = counter.district.staff[Role.OFFICER, "D"]
    counter.imports(counter.row(0), actor=Actor(officer, Role.OFFICER, counter.district.areas["D"]))
    counter.corrects(counter.row(0, paid_on="2026-07-30"))
    assert [(entry.actor_id, entry.action, entry.subject) for entry in counter.all(AuditEntry)] == [
        (officer, "payouts_import", "batch 1"), (None, "payouts_correct", "batch 2"),
    ]  # fmt: skip


@on_sqlite
@pytest.mark.parametrize("role", [Role.CADRE, Role.INSPECTOR])
def test_who_may_not_import(counter: Counter, role: Role) -> None:
    """Money is the officers' business; nothing is recorded."""
    with pytest.raises(NotAllowed, match=f"A {role} may not import payouts"):
        counter.imports(counter.row(0), actor=Actor(1, role, counter.district.areas["D"]))
    assert counter.all(Payout) == []


def test_two_imports_at_the_same_time(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second, which had looked before the first was through, looks again: nobody is paid, or told, twice."""
    counter.imports(counter.row(0))
    fetch, looks = Records._fetched_payouts, iter([True])

    def too_early(self: Records) -> dict[tuple[int, int], list[Payout]]:
        return defaultdict(list) if next(looks, False) else fetch(self)

    monkeypatch.setattr(Records, "_fetched_payouts", too_early)
    assert counter.imports(counter.row(0))[0].counts == (0, 0, 1, 0)
    assert [len(counter.all(kind)) for kind in (Payout, PayoutBatch, OutboxRow, AuditEntry)] == [1, 1, 1, 1]


@on_sqlite
def test_a_workbook_of_a_million_blank_rows(counter: Counter) -> None:
    """It is refused in one sentence before anything is recorded."""
    good = xlsx_file(counter.folder / "good.xlsx", [counter.row(0)], HEADER)
    bad = counter.folder / "bad.xlsx"
    with ZipFile(good) as source, ZipFile(bad, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = content.replace(b"</sheetData>", b"<row/>" * 1_000_000 + b"</sheetData>")
            target.writestr(name, content)
    with pytest.raises(FileRefused, match="rows") as refused:
        counter.imports(bad)
    assert str(refused.value).count("\n") == 0
    with transaction(counter.sessions) as session:
        assert session.scalar(select(func.count()).select_from(Payout)) == 0
