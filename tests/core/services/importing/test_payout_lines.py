"""Import of payouts: each line is checked, against the amount in force and against who is paid."""

from __future__ import annotations

from datetime import datetime
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from sqlalchemy import func, select

from core.db import transaction
from core.delivery.outbox import OutboxRow
from core.domain.annual_check import AnnualCheck, CheckState
from core.domain.application import Application, StageChange
from core.domain.payout import Payout
from core.domain.person import Person
from core.domain.stage import Stage
from core.services.importing.table import FileRefused
from tests.core.services.importing.conftest import HEADER, Counter
from tests.core.services.importing.invented import xlsx_file
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY, SHANGHAI

NOBODYS = "27183644"


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
