"""收到 and 没收到: whether the money has come. Where the phone serves several who were paid, whose is asked."""

from __future__ import annotations

from collections.abc import Sequence

from core.days import day, span
from core.dialogue.flows.payment_lines import payment_line
from core.dialogue.keywords import Command
from core.dialogue.prompt import Awaits, Prompt, numbered
from core.dialogue.session import Talk
from core.dialogue.turn import Answer, Outcome, Turn, asks
from core.domain.case_number import in_groups
from core.domain.payout import PayoutStatus
from core.domain.stage import Stage
from core.services.cases.raising import Raised, TooMany
from core.services.payout_replies import note_reply, paid_lately, report_missing
from core.services.payouts import payout_of
from core.services.recipients import village_of
from core.services.status import Standing
from core.services.windows import window_of

MONEY_WORDS = frozenset({Command.RECEIVED, Command.NOT_RECEIVED})
ALL = "all"


class ReceiptOfMoneyFlow:
    """Its steps are named for what was said: `received`, `not_received`."""

    name = "receipt_of_money"

    def begin(self, turn: Turn, command: Command) -> Outcome | None:
        """Take one of the two words; None where no money of the sender's can be meant."""
        meant = self._meant(turn, command)
        if len(meant) > 1:
            return self._ask_whose(turn, command, meant)
        return self._take(turn, command, meant) if meant else None

    def start(self, turn: Turn) -> Outcome:
        """Begin with what is said more urgently."""
        return self.begin(turn, Command.NOT_RECEIVED) or Outcome((Prompt(turn.say("money.none")),))

    def resume(self, turn: Turn, talk: Talk, answer: Answer) -> Outcome | None:
        """Take whose money it is."""
        command = Command(talk.step)
        meant = self._meant(turn, command)
        chosen = [standing for standing in meant if answer.choice in {standing.ref, ALL}]
        return self._take(turn, command, chosen) if chosen else None

    def back(self, turn: Turn, talk: Talk) -> Outcome | None:
        """There is no question before."""
        return None

    def _meant(self, turn: Turn, command: Command) -> list[Standing]:
        """Of those whom the sender serves, whose money it may be: who was paid lately; of what has not come, any
        recipient's."""
        recipients = [standing for standing in turn.sender.serves if standing.stage is Stage.CONFIRMED]
        if command is Command.NOT_RECEIVED:
            return recipients
        paid = paid_lately(turn.session, (standing.person_id for standing in recipients), turn.now.date())
        return [standing for standing in recipients if standing.person_id in {payout.person_id for payout in paid}]

    def _ask_whose(self, turn: Turn, command: Command, meant: Sequence[Standing]) -> Outcome:
        labels = [(standing.ref, turn.say("money.of", ref=standing.ref)) for standing in meant]
        choices = numbered(*labels, (ALL, turn.say("money.of_all")))
        return asks(self.name, command, Prompt(turn.say("money.whose"), choices, Awaits.CHOICE))

    def _take(self, turn: Turn, command: Command, chosen: Sequence[Standing]) -> Outcome:
        if command is Command.NOT_RECEIVED:
            return Outcome(tuple(Prompt(_missing(turn, standing)) for standing in chosen))
        people = [standing.person_id for standing in chosen]
        for payout in paid_lately(turn.session, people, turn.now.date()):
            note_reply(turn.session, payout, True, turn.now)
        return Outcome((Prompt(turn.say("money.noted")),))


def _missing(turn: Turn, standing: Standing) -> str:
    """What is said to somebody whose money has not come: what the bank said, when it is due, or that a case is open."""
    session, today = turn.session, turn.now.date()
    year = max(standing.year or 0, today.year)
    paid = paid_lately(session, [standing.person_id], today)
    if not paid:
        payout = payout_of(session, standing.person_id, year)
        if payout is not None and payout.status is PayoutStatus.FAILED:
            return payment_line(turn, standing.ref, payout)
        window = window_of(session, year, "payout", village_of(session, standing.person_id))
        if today <= window.closes:
            return turn.say("money.not_yet", when=span(turn.say, window.opens, window.closes, today))
    for payout in paid:
        note_reply(session, payout, False, turn.now)
    return _filed(turn, standing)


def _filed(turn: Turn, standing: Standing) -> str:
    sender, days = turn.sender, turn.settings.objection_days
    try:
        raised = report_missing(
            turn.session, turn.vault, standing, sender.address_hash, sender.contact_id, days, turn.now
        )
    except TooMany:
        return turn.say("money.too_many", phone=turn.settings.office_phone)
    if isinstance(raised, Raised):
        due_on = day(turn.say, raised.due_on, turn.now.date())
        return turn.say("money.filed", due_on=due_on, number=in_groups(raised.number))
    return turn.say("money.known", due_on=day(turn.say, raised, turn.now.date()))
