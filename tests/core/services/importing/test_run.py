"""The run of an import: what is committed when it is interrupted, raced or large."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from core.domain.contact import Contact
from core.domain.person import Person
from core.errors import Unavailable
from core.services.contacts import address_hash
from core.services.importing import applicants, batches
from core.services.importing.report import Stopped
from tests.core.services.importing.conftest import Desk
from tests.core.services.importing.invented import HEADER, csv_file, people, person, xlsx_file
from tests.engines import on_sqlite


@on_sqlite
def test_when_the_database_goes_away(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is committed stays, one sentence says how far it came, and doing it again does the rest."""
    rows = list(people(1200))
    save, calls = batches.transaction, iter([True, True, False])

    def failing(sessions: object) -> object:
        if not next(calls):
            raise Unavailable
        return save(sessions)  # type: ignore[arg-type]

    with monkeypatch.context() as patch, pytest.raises(Stopped) as stopped:
        patch.setattr(batches, "transaction", failing)
        desk.people(*rows)
    said = "The database cannot be reached just now. The file is saved up to line 1001; importing it again is safe."
    assert str(stopped.value) == said
    assert stopped.value.report.counts.total() == 1000
    assert len(desk.all(Person)) == 1000
    assert desk.people(*rows).counts == (200, 0, 1000, 0)


@on_sqlite
def test_when_the_file_is_damaged_further_down(desk: Desk) -> None:
    """The rows above the damage are kept; the sentence names its line."""
    path = csv_file(desk.folder / "a.csv", people(3))
    path.write_bytes(path.read_bytes() + b'"open\n')
    with pytest.raises(Stopped, match=r"^line 5: a quotation mark .* saved up to line 4; importing it again is safe"):
        desk.applicants(path)
    assert len(desk.all(Person)) == 3


@on_sqlite
def test_a_dry_run_that_stops_claims_nothing(desk: Desk) -> None:
    """Nothing was saved, and the sentence says so."""
    path = csv_file(desk.folder / "a.csv", people(3))
    path.write_bytes(path.read_bytes() + b'"open\n')
    with pytest.raises(Stopped, match="Nothing of the file is saved"):
        desk.applicants(path, dry_run=True)


def test_another_writer_was_first(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody texts for the first time just then: the phone cannot be noted twice, and the batch is tried again."""
    fetch = applicants.Records
    raced: Iterator[bool] = iter([True])

    class Raced(fetch):  # type: ignore[misc,valid-type]
        def __init__(self, session: Session, *more: object) -> None:
            super().__init__(session, *more)
            if next(raced, False):
                phone = address_hash(desk.vault, "sms", "+8613800000001")
                session.add(Contact(channel="sms", address=b"", address_hash=phone))
                session.flush()
                session.expunge_all()

    monkeypatch.setattr(applicants, "Records", Raced)
    imported = desk.people(person(1, phone=""), person(2), person(1, phone="", year=2025))
    assert imported.counts == (3, 0, 0, 0)
    raced = iter([True])
    imported = desk.people(person(1))
    assert imported.counts == (0, 1, 0, 0)
    assert len(desk.all(Contact)) == 2


def peak(desk: Desk, path: Path) -> int:
    """The most memory that importing the file took, in bytes."""
    tracemalloc.start()
    try:
        assert desk.applicants(path, dry_run=True).report.rejected == 0
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@on_sqlite
def test_memory_does_not_grow_with_the_file(desk: Desk) -> None:
    """Five times the rows take a few hundred bytes a row more, not the rows themselves."""
    desk.keeps = False
    desk.people(person(0), dry_run=True)  # what is loaded once is loaded now
    few, many = (peak(desk, csv_file(desk.folder / "a.csv", people(count))) for count in (500, 2500))
    assert many - few < 2000 * 400


def test_a_workbook_of_applicants(desk: Desk) -> None:
    """Numbers where Excel makes numbers; an ID number among them is rejected with what to do."""
    good = person(1, phone=13812345678, year=2026, home_visit=True)
    lost = person(2, id_number=int(str(person(2)["id_number"])[:17] + "0"))
    path = xlsx_file(desk.folder / "a.xlsx", [good, lost], HEADER)
    imported = desk.applicants(path)
    assert imported.counts == (1, 0, 0, 1)
    why = "was kept as a number, which loses digits: format the column as text and enter it again"
    assert imported.said == [f"line 3, column id_number: {why}"]
