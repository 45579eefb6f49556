"""What was paid for the year: by 31 July, later, not at all; and what the recipients said of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from core.domain.annual_check import AnnualCheck, CheckState
from core.domain.application import Application
from core.domain.payout import Payout, PayoutReply, PayoutStatus
from core.domain.person import Person
from core.domain.stage import Stage
from core.services.payouts import COUNTS
from core.services.recipients import WAS_CONFIRMED
from core.services.summary.places import COLUMNS, people_by_township, townships
from core.services.summary.tables import Scope, Table, Value

# By this day of the year all of it is to be paid (the district's report: «by the end of July»).
BY = (7, 31)


@dataclass(frozen=True)
class Payments:
    """Recipients who were due to be paid for the year and those who were by 31 July, in people and in yuan."""

    due: int
    paid: int
    yuan_due: int
    yuan_paid: int


def payments_of(scope: Scope, amount: int) -> Payments:
    """What was paid by 31 July, where `amount` yuan were in force for the year."""
    due = scope.session.scalar(select(func.count()).select_from(Person).where(_is_due(scope))) or 0
    paid = select(func.count(), func.coalesce(func.sum(Payout.amount), 0)).select_from(Payout)
    in_time = scope.session.execute(
        paid.join(Person, Person.id == Payout.person_id).where(_is_due(scope), *_line(scope), _in_time(scope))
    ).one()
    return Payments(due, in_time[0], due * amount, int(in_time[1]))


def payments_by_area(scope: Scope) -> Table:
    """By township and office: who was due, paid in time, paid later, failed, and of whom the bank has said nothing."""
    later = and_(Payout.status == PayoutStatus.PAID, ~_in_time(scope))
    columns = {
        "due": _is_due(scope),
        "paid_by_31_july": and_(_is_due(scope), _has(scope, _in_time(scope))),
        "paid_later": and_(_is_due(scope), _has(scope, later)),
        "failed": and_(_is_due(scope), _has(scope, Payout.status == PayoutStatus.FAILED)),
        "no_result": and_(_is_due(scope), ~_has(scope)),
    }
    counts = {name: people_by_township(scope.session, who) for name, who in columns.items()}
    rows: list[tuple[Value, ...]] = [
        (*place.cells, *(counts[name].get(place.id, 0) for name in columns)) for place in townships(scope.session)
    ]
    return Table("payments_by_area", (*COLUMNS, *columns), tuple(rows), plot="paid_by_31_july")


def replies(scope: Scope) -> Table:
    """What those who were paid answered to the question whether it came; the last word of each counts."""
    later = aliased(PayoutReply)
    is_last = ~select(later.id).where(later.payout_id == PayoutReply.payout_id, later.id > PayoutReply.id).exists()
    said = Counter[bool | None](
        scope.session.scalars(
            select(PayoutReply.received)
            .select_from(Payout)
            .join(PayoutReply, and_(PayoutReply.payout_id == Payout.id, is_last), isouter=True)
            .where(*_line(scope), Payout.status == PayoutStatus.PAID)
        )
    )
    rows = (("received", said[True]), ("not_received", said[False]), ("no_answer", said[None]))
    return Table("money_replies", ("answer", "people"), rows)


def yearly_check(scope: Scope) -> Table:
    """How the yearly check of the recipients of earlier years stands."""
    states = select(AnnualCheck.state, func.count()).where(AnnualCheck.year == scope.year).group_by(AnnualCheck.state)
    found = {row[0]: row[1] for row in scope.session.execute(states)}
    return Table("yearly_check", ("state", "people"), tuple((str(state), found.get(state, 0)) for state in CheckState))


def _is_due(scope: Scope) -> ColumnElement[bool]:
    """A recipient of that year or an earlier one, neither ceased by 31 July nor waiting for the yearly check."""
    after = datetime.combine(date(scope.year, *BY) + timedelta(days=1), time(), scope.zone)
    goes_on = or_(Application.stage == Stage.CONFIRMED, Application.stage_since >= after)
    is_recipient = select(Application.id).where(
        Application.person_id == Person.id, Application.year <= scope.year, WAS_CONFIRMED, goes_on
    )
    is_paused = select(AnnualCheck.year).where(
        AnnualCheck.person_id == Person.id, AnnualCheck.year == scope.year, AnnualCheck.state == CheckState.PAUSED
    )
    return and_(is_recipient.exists(), ~is_paused.exists())


def _line(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    return Payout.year == scope.year, COUNTS


def _in_time(scope: Scope) -> ColumnElement[bool]:
    return and_(Payout.status == PayoutStatus.PAID, Payout.paid_on <= date(scope.year, *BY))


def _has(scope: Scope, *what: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(Payout.id).where(Payout.person_id == Person.id, *_line(scope), *what).exists()
