"""core/services/summary: the year's figures, counted as the district's report counts them, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from core import audit
from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.usage import Usage
from core.domain.annual_check import AnnualCheck, CheckState
from core.domain.application import Application, StageChange
from core.domain.area import Area, Level
from core.domain.case import Case, CaseKind, CaseState
from core.domain.payout import Payout, PayoutBatch, PayoutReply, PayoutStatus
from core.domain.person import Person
from core.domain.reference import draw_reference
from core.domain.stage import Stage
from core.errors import NotFound
from core.policy.amounts import AmountError
from core.services.summary import Summary, cut, summarise
from tests.engines import on_sqlite
from tests.stopped_clock import SHANGHAI

NEXT_YEAR = datetime(2026, 1, 10, 9, 0, tzinfo=SHANGHAI)
MAY, JULY, AUGUST = (datetime(2025, month, 25, 9, 0, tzinfo=SHANGHAI) for month in (5, 7, 8))


@dataclass
class Books:
    """A district of two townships and a village each, whose year 2025 a test writes."""

    session: Session
    vault: Vault
    villages: tuple[int, int]
    people: int = 0

    def applicant(
        self, stage: Stage, village: int = 0, *, year: int = 2025, reason: str = "", since: datetime = MAY
    ) -> int:
        """Somebody whose application of `year` came to `stage`; the person's id."""
        self.people += 1
        person = Person(
            ref=draw_reference(), name=b"-", id_number=b"-", id_number_hash=self.people.to_bytes(32),
            area_id=self.villages[village], created_at=MAY,
        )  # fmt: skip
        self.session.add(person)
        self.session.flush()
        application = Application(person_id=person.id, year=year, stage=stage, stage_since=since)
        self.session.add(application)
        self.session.flush()
        sealed = self.vault.seal(StageChange.reason, reason) if reason else None
        self.session.add(StageChange(application_id=application.id, changed_at=since, to_stage=stage, reason=sealed))
        return person.id

    def ceased(self, village: int = 0, *, on: datetime, after: Stage = Stage.CONFIRMED) -> int:
        """Somebody who ceased on that day, `after` having come to a stage in May."""
        person_id = self.applicant(after, village)
        application = self.session.query(Application).filter_by(person_id=person_id).one()
        application.stage, application.stage_since = Stage.CEASED, on
        change = StageChange(application_id=application.id, changed_at=on, from_stage=after, to_stage=Stage.CEASED)
        self.session.add(change)
        return person_id

    def paid(self, person_id: int, on: date | None = date(2025, 7, 29), *, turn: int = 0, year: int = 2025) -> Payout:
        """A line of the bank's: paid on that day, or failed."""
        batch = PayoutBatch(imported_at=AUGUST)
        self.session.add(batch)
        self.session.flush()
        line = Payout(
            batch_id=batch.id, person_id=person_id, year=year, turn=turn, amount=960, paid_on=on,
            status=PayoutStatus.PAID if on else PayoutStatus.FAILED,
        )  # fmt: skip
        self.session.add(line)
        self.session.flush()
        return line

    def case(self, kind: CaseKind, state: CaseState, opened: datetime = MAY, decided: datetime | None = None) -> None:
        """A case in the first village."""
        place = self.villages[0]
        self.session.add(
            Case(
                kind=kind, state=state, area_id=place, office_id=place, opened_at=opened, due_on=date(2025, 5, 30),
                decided_at=decided,
            )
        )  # fmt: skip

    def summed(self, year: int = 2025, now: datetime = NEXT_YEAR, amounts: dict[int, int] | None = None) -> Summary:
        """The summary of `year`."""
        self.session.flush()
        return summarise(self.session, self.vault, year, amounts or {}, now)


@pytest.fixture
def books(sessions: Sessions, vault: Vault) -> Iterator[Books]:
    """The books of a fresh district, in a transaction that is never committed."""
    session = sessions()
    district = Area(
        code="D", name="某区", name_en="Some District", level=Level.DISTRICT, agricultural_population=64_000
    )
    session.add(district)
    session.flush()
    villages = []
    for code in ("T1", "T2"):
        township = Area(code=code, name=f"{code}乡", level=Level.TOWNSHIP, parent_id=district.id)
        session.add(township)
        session.flush()
        village = Area(code=f"{code}V", name=f"{code}村", level=Level.VILLAGE, parent_id=township.id)
        session.add(village)
        session.flush()
        villages.append(village.id)
    yield Books(session, vault, (villages[0], villages[1]))
    session.close()


def column(summary: Summary, table: str, name: str, by: int = 0) -> dict[object, object]:
    """One column of a table, by the column at place `by`."""
    found = summary.table(table)
    return {row[by]: row[found.columns.index(name)] for row in found.rows}


@pytest.mark.parametrize(
    ("part", "whole", "per", "shown"),
    [
        (69, 64_000, 1000, "1.07"),
        (68_999, 69_000, 100, "99.99"),
        (69, 69, 100, "100.00"),
        (0, 69, 100, "0.00"),
        (2, 3, 100, "66.66"),
    ],
)
def test_ratios_are_cut(part: int, whole: int, per: int, shown: str) -> None:
    """As the district's report cuts them: never more than is true, and 100 only where it is all."""
    assert str(cut(part, whole, per)) == shown


def test_who_was_confirmed(books: Books) -> None:
    """Applications of the year that were confirmed, also those that ceased later; by township, and per mille."""
    for village in (0, 0, 1):
        books.applicant(Stage.CONFIRMED, village)
    books.ceased(1, on=AUGUST)
    books.ceased(0, on=MAY, after=Stage.VILLAGE_REVIEWED)
    books.applicant(Stage.DISTRICT_LISTED)
    books.applicant(Stage.CONFIRMED, year=2024)
    summed = books.summed()
    assert (summed.confirmed, summed.population) == (4, 64_000)
    assert column(summed, "confirmed_by_area", "confirmed") == {"T1": 2, "T2": 2}
    assert (summed.per_mille, summed.per_mille_exact) == (Decimal("0.06"), Decimal("0.0625"))
    assert column(summed, "stages", "applications")["ceased"] == 2


def test_who_was_paid_in_time(books: Books) -> None:
    """By the line that counts, and by 31 July, that day included; due are earlier recipients too, and the own amount."""
    in_time, late, failed, silent = (books.applicant(Stage.CONFIRMED, village) for village in (0, 0, 1, 1))
    earlier = books.applicant(Stage.CONFIRMED, 1, year=2023)
    books.paid(in_time, None)
    books.paid(in_time, date(2025, 7, 31), turn=1)
    books.paid(late, date(2025, 8, 1))
    books.paid(failed)
    books.paid(failed, None, turn=1)
    books.paid(earlier)
    books.paid(silent, year=2024)
    summed = books.summed(amounts={2025: 1000})
    paid = summed.payments
    assert (paid.due, paid.paid, paid.yuan_due, paid.yuan_paid) == (5, 2, 5000, 1920)
    for name, expected in {
        "due": {"T1": 2, "T2": 3},
        "paid_by_31_july": {"T1": 1, "T2": 1},
        "paid_later": {"T1": 1, "T2": 0},
        "failed": {"T1": 0, "T2": 1},
        "no_result": {"T1": 0, "T2": 1},
    }.items():
        assert column(summed, "payments_by_area", name) == expected, name


def test_who_is_not_due(books: Books) -> None:
    """Not who ceased by 31 July, nor who waits for the yearly check; who ceased after it is."""
    books.ceased(on=JULY)
    books.ceased(on=AUGUST)
    paused = books.applicant(Stage.CONFIRMED)
    check = AnnualCheck(person_id=paused, year=2025, state=CheckState.PAUSED, asked_at=MAY, due_on=MAY.date())
    books.session.add(check)
    summed = books.summed()
    assert summed.payments.due == 1
    assert column(summed, "yearly_check", "people") == {"asked": 0, "heard": 0, "paused": 1}


def test_what_recipients_said(books: Books) -> None:
    """The last word of each who was paid; who was not paid is not asked."""
    for words in ((True,), (False,), (False, True), ()):
        line = books.paid(books.applicant(Stage.CONFIRMED))
        for said in words:
            books.session.add(PayoutReply(payout_id=line.id, received=said, said_at=AUGUST))
            books.session.flush()
    books.paid(books.applicant(Stage.CONFIRMED), None)
    assert column(books.summed(), "money_replies", "people") == {"received": 2, "not_received": 1, "no_answer": 1}


def test_why_people_were_rejected(books: Books) -> None:
    """By the reason of the last change, the commonest first; who was brought back since is not among them."""
    for reason in ("有两个儿子", "年龄不够", "有两个儿子", ""):
        books.applicant(Stage.REJECTED, reason=reason)
    books.applicant(Stage.REJECTED, reason="去年的", year=2024)
    books.applicant(Stage.VILLAGE_REVIEWED, reason="复核后恢复")
    assert books.summed().table("rejections").rows == (("有两个儿子", 2), ("", 1), ("年龄不够", 1))


def test_objections_and_other_cases(books: Books) -> None:
    """Of the year by the scheme's calendar: outcomes, days to decide, and what else was told."""
    new_year = datetime(2025, 1, 1, 0, 30, tzinfo=SHANGHAI)
    books.case(CaseKind.ENTRY, CaseState.UPHELD, MAY, MAY.replace(day=27))
    books.case(CaseKind.MISSING, CaseState.UPHELD, new_year, new_year.replace(day=8))
    books.case(CaseKind.ENTRY, CaseState.UPHELD, MAY, MAY.replace(day=30))
    books.case(CaseKind.ENTRY, CaseState.OPEN)
    books.case(CaseKind.ENTRY, CaseState.OPEN, datetime(2024, 12, 31, 23, 30, tzinfo=SHANGHAI))
    books.case(CaseKind.NOT_RECEIVED, CaseState.OPEN)
    books.case(CaseKind.NOT_RECEIVED, CaseState.DONE, decided=AUGUST)
    summed = books.summed()
    assert summed.table("objections").rows[0] == ("upheld", 3, 5, 7)
    assert column(summed, "objections", "cases")["open"] == 1
    assert summed.table("other_cases").rows[-1] == ("not_received", 1, 1)


def test_messages_and_money(books: Books) -> None:
    """Of the year's days, by channel and kind, money in yuan."""
    for day, channel in ((date(2025, 1, 1), "sms"), (date(2025, 12, 31), "sms"), (date(2026, 1, 1), "sms")):
        books.session.add(Usage(day=day, channel=channel, kind="reminder", messages=3, segments=4, cost=2000))
    books.session.add(Usage(day=date(2025, 3, 1), channel="telegram", kind="answer", messages=1, segments=0, cost=0))
    rows = books.summed().table("messages").rows
    assert rows == (("sms", "reminder", 6, 8, Decimal("0.4")), ("telegram", "answer", 1, 0, Decimal(0)))


@on_sqlite
def test_reports_are_told_of_closed_years_only(books: Books) -> None:
    """While the year is under way there is no such table; after it, small numbers are withheld."""
    now = datetime(2025, 12, 31, 23, 0, tzinfo=SHANGHAI)
    assert "reports" not in {table.key for table in books.summed(now=now).tables}
    assert set(column(books.summed(), "reports", "reports").values()) == {None}


@on_sqlite
def test_the_head_of_the_trail_is_part_of_it(books: Books) -> None:
    """So that a printed summary vouches for the trail."""
    assert books.summed().audit_head is None
    audit.note(books.session, books.vault, None, "advance", "27183644", MAY)
    assert books.summed().audit_head == audit.head(books.session)


@on_sqlite
def test_population_where_the_district_has_none_of_its_own(books: Books) -> None:
    """The sum of its parts, or no ratio at all."""
    district = books.session.query(Area).filter_by(code="D").one()
    district.agricultural_population = None
    assert (books.summed().population, books.summed().per_mille) == (None, None)
    books.session.query(Area).filter_by(code="T1").one().agricultural_population = 30_000
    books.session.query(Area).filter_by(code="T2").one().agricultural_population = 34_000
    assert books.summed().population == 64_000


@on_sqlite
def test_what_cannot_be_summed_up(sessions: Sessions, vault: Vault) -> None:
    """A year before the scheme, and a database without areas, are named."""
    with transaction(sessions) as session:
        with pytest.raises(AmountError):
            summarise(session, vault, 2003, {}, NEXT_YEAR)
        with pytest.raises(NotFound, match="import the areas first"):
            summarise(session, vault, 2025, {}, NEXT_YEAR)
