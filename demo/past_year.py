"""What became of the last completed year in the invented district: paid by the end of July, objections decided, and
this year's check of its recipients."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit
from core.confidentiality.vault import Vault
from core.domain.annual_check import AnnualCheck, CheckState
from core.domain.application import Application
from core.domain.area import Area
from core.domain.case import Case, CaseKind, CaseState
from core.domain.payout import Payout, PayoutBatch, PayoutReply, PayoutStatus
from core.domain.person import Person
from core.domain.stage import Stage
from core.policy.amounts import amount_for
from core.policy.calendar import days_of

MORNING = time(9)
PROMISED = timedelta(days=5)
FIRST_RUN, SECOND_RUN = (7, 29), (7, 30)
# Of those paid, every so many failed at first, has answered that the money came, or was not met for this year's check.
FAILED_FIRST, ANSWERED, NOT_MET = 23, 3, 34
# Village, opened, decided, outcome: month and day of the last year.
OBJECTIONS = (
    ("QX0103", (3, 15), (3, 18), CaseState.DISMISSED, "已核对户口和子女情况，符合条件。"),
    ("QX0204", (3, 19), (3, 24), CaseState.UPHELD, "经查有两个儿子，不符合条件，已退回。"),
    ("QX0110", (4, 9), (4, 11), CaseState.DISMISSED, "年龄以身份证为准，当年满60周岁。"),
)


class PastYear:
    """Writes the records as the office's imports and decisions of that year would have left them."""

    def __init__(self, session: Session, vault: Vault, zone: ZoneInfo, year: int) -> None:
        self._session = session
        self._vault = vault
        self._zone = zone
        self._year = year

    def settle(self, today: date) -> None:
        """Payouts, objections, and, where its days are over by `today`, the check that the year after begins with."""
        confirmed = Application.year == self._year, Application.stage == Stage.CONFIRMED
        recipients = self._session.scalars(
            select(Application.person_id).where(*confirmed).order_by(Application.person_id)
        ).all()
        self._pay(recipients)
        for objection in OBJECTIONS:
            self._object(*objection)
        if days_of("yearly_check", self._year + 1)[1] < today:
            self._check(recipients)
        self._session.flush()

    def _pay(self, recipients: Sequence[int]) -> None:
        first, second = self._batch(FIRST_RUN, ""), self._batch(SECOND_RUN, "账号更正后重发")
        for place, person_id in enumerate(recipients, 1):
            if place % FAILED_FIRST:
                paid = self._line(first, person_id, FIRST_RUN)
            else:
                self._line(first, person_id, None)
                paid = self._line(second, person_id, SECOND_RUN, turn=1)
            if not place % ANSWERED:
                self._session.flush()
                self._session.add(PayoutReply(payout_id=paid.id, received=True, said_at=self._at((8, 2))))

    def _batch(self, month_day: tuple[int, int], reason: str) -> PayoutBatch:
        sealed = self._vault.seal(PayoutBatch.reason, reason) if reason else None
        batch = PayoutBatch(imported_at=self._at(month_day), reason=sealed)
        self._session.add(batch)
        self._session.flush()
        action = "payouts_correct" if reason else "payouts_import"
        audit.note(self._session, self._vault, None, action, f"batch {batch.id}", batch.imported_at)
        return batch

    def _line(self, batch: PayoutBatch, person_id: int, paid_on: tuple[int, int] | None, turn: int = 0) -> Payout:
        line = Payout(
            batch_id=batch.id,
            person_id=person_id,
            year=self._year,
            turn=turn,
            amount=amount_for(self._year).yuan,
            status=PayoutStatus.PAID if paid_on else PayoutStatus.FAILED,
            paid_on=date(self._year, *paid_on) if paid_on else None,
            reason=None if paid_on else self._vault.seal(Payout.reason, "账号与户名不符"),
        )
        self._session.add(line)
        return line

    def _object(
        self, village: str, opened: tuple[int, int], decided: tuple[int, int], state: CaseState, reason: str
    ) -> None:
        area = self._session.scalars(select(Area).where(Area.code == village)).one()
        case = Case(
            kind=CaseKind.ENTRY,
            state=state,
            area_id=area.id,
            office_id=area.parent_id,
            opened_at=self._at(opened),
            due_on=self._at(opened).date() + PROMISED,
            decided_at=self._at(decided),
            reason=self._vault.seal(Case.reason, reason),
        )
        self._session.add(case)

    def _check(self, recipients: Sequence[int]) -> None:
        year = self._year + 1
        opens, closes = days_of("yearly_check", year)
        home_visited = set(self._session.scalars(select(Person.id).where(Person.home_visit)))
        for place, person_id in enumerate(recipients, 1):
            met = bool(place % NOT_MET) or person_id in home_visited
            self._session.add(
                AnnualCheck(
                    person_id=person_id,
                    year=year,
                    state=CheckState.HEARD if met else CheckState.PAUSED,
                    asked_at=datetime.combine(opens, MORNING, self._zone),
                    due_on=closes,
                    heard_at=datetime.combine(opens, MORNING, self._zone) if met else None,
                    paused_at=None if met else datetime.combine(closes, MORNING, self._zone),
                )
            )

    def _at(self, month_day: tuple[int, int]) -> datetime:
        return datetime.combine(date(self._year, *month_day), MORNING, self._zone)
