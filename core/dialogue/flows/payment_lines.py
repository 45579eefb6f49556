"""A recipient's money in one SMS segment: what the bank has said of this year's, else when it is due."""

from __future__ import annotations

from datetime import date

from core.days import day, span
from core.dialogue.turn import Turn
from core.domain.payout import Payout, PayoutStatus
from core.domain.stage import Stage
from core.policy.amounts import amount_for
from core.policy.calendar import days_of
from core.services.annual_review import is_paused
from core.services.payouts import payout_of
from core.services.status import Standing
from core.services.windows import window_of
from core.texts import _


def payment_of(turn: Turn, standing: Standing) -> Payout | None:
    """What the bank has said of the recipient's money of this year; None where it has said nothing yet."""
    if standing.stage is not Stage.CONFIRMED or not standing.money_noted:
        return None
    return payout_of(turn.session, standing.person_id, _year(turn, standing))


def payment_line(turn: Turn, ref: str, payout: Payout) -> str:
    """What became of a payment."""
    said = {"ref": ref, "year": payout.year, "amount": payout.amount}
    if payout.status is PayoutStatus.FAILED or payout.paid_on is None:
        return turn.say("status.payment_failed", **said)
    return turn.say("status.paid", **said, day=day(turn.say, payout.paid_on, turn.now.date()))


def due_line(turn: Turn, standing: Standing, said: dict[str, str]) -> str:
    """When this year's money is due. An amount is named of this year alone: another year's may be another."""
    say, today, year = turn.say, turn.now.date(), _year(turn, standing)
    if standing.money_noted and is_paused(turn.session, standing.person_id, year):
        return say("status.paused", ref=standing.ref, year=year, phone=turn.settings.office_phone)
    opens, closes = _payout_days(turn, standing, year)
    when = span(say, opens, closes, today)
    if closes < today:
        return say("status.unrecorded", ref=standing.ref, when=when, year=year)
    yuan = amount_for(year, turn.settings.amounts).yuan
    return say(_("status.recipient"), **said, when=when, amount=yuan)


def _payout_days(turn: Turn, standing: Standing, year: int) -> tuple[date, date]:
    # The year of the application is the one that was looked at for moves; of another year it is not known yet.
    if standing.windows_moved or year != standing.year:
        window = window_of(turn.session, year, "payout", standing.area_id)
        return window.opens, window.closes
    return days_of("payout", year)


def _year(turn: Turn, standing: Standing) -> int:
    # A recipient is paid each year.
    return max(standing.year or 0, turn.now.year)
