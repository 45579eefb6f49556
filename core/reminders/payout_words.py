"""The words of a payment: that it was made, how much and when, or that it failed and what to do."""

from __future__ import annotations

from core.days import day
from core.delivery.sender import Dropped
from core.domain.payout import Payout
from core.reminders.message import Message
from core.services.payouts import payout_of
from core.texts import _


def paid(message: Message) -> str:
    """Amount and day, and the question whether it arrived. Raises Dropped where the bank has said otherwise since."""
    payout = _counting(message)
    when = day(message.say, payout.paid_on, message.planned_on) if payout.paid_on else ""
    return message.say(_("remind.paid"), year=payout.year, amount=payout.amount, day=when)


def payment_failed(message: Message) -> str:
    """What to bring and where to; the bank's reason, which may be long, is an answer away. Raises Dropped as `paid`."""
    payout = _counting(message)
    return message.say(_("remind.payment_failed"), year=payout.year, amount=payout.amount)


def _counting(message: Message) -> Payout:
    payout = message.session.get(Payout, int((message.row.event or "").removeprefix("payout:")))
    counting = payout_of(message.session, payout.person_id, payout.year) if payout else None
    if payout is None or counting is not payout:
        raise Dropped("overtaken")
    return payout
