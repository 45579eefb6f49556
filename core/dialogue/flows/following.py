"""Following a case by its number, from any phone: by when an answer is promised, or the answer."""

from __future__ import annotations

from core.days import day
from core.dialogue.prompt import Awaits, Prompt
from core.dialogue.session import Talk
from core.dialogue.turn import Answer, Outcome, Turn, asks
from core.domain.case import CaseState
from core.domain.case_number import LENGTH, is_case_number
from core.services.cases.following import Followed, follow
from core.services.cases.outcome import outcome_key
from core.services.status import Locked
from core.text import as_digits, fold
from core.texts import _

FLOW = "follow"


def ask_number(turn: Turn, key: str = _("case.number")) -> Outcome:
    """Ask for the number, under the sentence of `key`."""
    prompt = Prompt(turn.say(key, phone=turn.settings.office_phone), awaits=Awaits.DIGITS)
    return asks(FLOW, "number", prompt)


class FollowFlow:
    """One step: `number`."""

    name = FLOW

    def start(self, turn: Turn) -> Outcome:
        """Ask for the number."""
        return ask_number(turn)

    def resume(self, turn: Turn, talk: Talk, answer: Answer) -> Outcome | None:
        """Take the number. One that its check digit refuses was mistyped, and costs no try."""
        number = as_digits(answer.text)
        if is_case_number(number):
            return self.with_number(turn, number)
        if not number and len(fold(answer.text)) > 2 * LENGTH:
            return None
        return ask_number(turn, _("case.number_mistyped"))

    def back(self, turn: Turn, talk: Talk) -> Outcome | None:
        """There is no question before."""
        return None

    def with_number(self, turn: Turn, number: str) -> Outcome:
        """Where the case with that number stands."""
        try:
            found = follow(turn.session, turn.vault, turn.sender.address_hash, number, turn.now)
        except Locked:
            return Outcome((Prompt(turn.say("status.locked", phone=turn.settings.office_phone)),))
        if found is None:
            return ask_number(turn, _("case.not_found"))
        return Outcome((Prompt(_standing(turn, found)),))


def _standing(turn: Turn, found: Followed) -> str:
    if found.state is CaseState.DONE and not found.reason:
        return turn.say("case.closed")  # whoever told it has said since that it is over
    if found.state in {CaseState.UPHELD, CaseState.DISMISSED, CaseState.DONE}:
        return turn.say(outcome_key(found.kind, found.state), entry=found.entry_number or "", reason=found.reason)
    if found.state is CaseState.LATE:
        return turn.say("case.late")
    key = _("case.under_review") if found.state is CaseState.UNDER_REVIEW else _("case.open")
    if found.due_on < turn.now.date():
        key = _("case.overdue")
    elif found.escalated:
        key = _("case.escalated")
    due = day(turn.say, found.due_on, turn.now.date())
    return turn.say(key, due=due, phone=turn.settings.office_phone)
