"""Coming back with the number: where the matter stands, what was answered, and a way to add to it."""

from __future__ import annotations

from core.confidentiality.receipt import LENGTH, Cost, Secrets, is_receipt, secrets_of
from core.days import day
from core.dialogue.prompt import Awaits, Prompt, numbered
from core.dialogue.turn import Outcome, Turn, asks
from core.domain.area import Level
from core.services.reports import drafts
from core.services.reports.answers import Answer, Standing
from core.services.reports.charge import Charge, keys_in_charge
from core.services.reports.returning import Found, costs_in_use, find
from core.text import as_digits
from core.texts import _

# An old person reads a few messages, not a file; the newest say where it stands.
ANSWERS_SHOWN = 3

_STANDINGS = {
    Standing.EXAMINING: _("report.examining"),
    Standing.TRUE: _("report.true"),
    Standing.NOT_TRUE: _("report.not_true"),
    Standing.NOT_EXAMINED: _("report.not_examined"),
}
_LEVELS = {
    Level.VILLAGE: _("level.village"),
    Level.TOWNSHIP: _("level.township"),
    Level.OFFICE: _("level.township"),
    Level.DISTRICT: _("level.district"),
    None: _("level.city"),
}


class NotThatNumber(Exception):
    """The number was not taken: the text of key `key` says why."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key


def cost_of(turn: Turn) -> Cost:
    """What new receipts are hardened with."""
    return Cost(turn.settings.receipt_passes, turn.settings.receipt_memory * 1024)


def ask_number(turn: Turn, flow: str, step: str = "number", key: str = _("report.number")) -> Outcome:
    """Ask for the number."""
    phone = turn.settings.report_phone
    return asks(flow, step, Prompt(turn.say(key, phone=phone), awaits=Awaits.DIGITS))


def find_by(turn: Turn, text: str) -> Found:
    """What the number in `text` finds. Raises NotThatNumber, Pondering."""
    for each in _candidates(turn, _number(turn, text)):
        if found := find(turn.session, turn.vault, turn.report_keys, each):
            return found
    turn.tries.note_wrong(turn.sender.address_hash, turn.now)
    raise NotThatNumber(_("report.unknown"))


def show(turn: Turn, flow: str, found: Found) -> Outcome:
    """What was answered, then where the matter stands, then what can be added."""
    answers = [prompt for answer in found.answers[-ANSWERS_SHOWN:] for prompt in _answer(turn, answer)]
    choices: tuple[tuple[str, str], ...] = ()
    data = {}
    if keys := keys_in_charge(turn.session, turn.settings, found.office):
        charge = Charge(found.office, keys)
        draft_id = drafts.begin(turn.session, turn.vault, turn.report_keys, charge, turn.now, target=found.target)
        choices = (("add", turn.say("report.add")), ("retaliation", turn.say("report.retaliation")))
        data = {"draft": draft_id.hex()}
    prompt = Prompt(_standing(turn, found), numbered(*choices), Awaits.CHOICE if choices else Awaits.NOTHING)
    return asks(flow, "found", prompt, data).preceded_by(*answers)


def _number(turn: Turn, text: str) -> str:
    number = as_digits(text)
    if turn.tries.are_used_up(turn.sender.address_hash, turn.now):
        raise NotThatNumber(_("report.too_many"))
    if len(number) != LENGTH:
        raise NotThatNumber(_("report.count_digits"))
    if not is_receipt(number):
        raise NotThatNumber(_("report.mistyped"))
    return number


def _candidates(turn: Turn, number: str) -> list[Secrets]:
    """The secrets of the number, for each cost that receipts were hardened with so far; nearly always there is one."""
    hardened = []
    for cost in costs_in_use(turn.session, cost_of(turn)):
        done = turn.harden(number, cost)
        if done is None:
            raise NotThatNumber(_("report.busy"))
        hardened.append(secrets_of(turn.vault, done.key))
    return hardened


def _answer(turn: Turn, answer: Answer) -> list[Prompt]:
    said = [turn.say("report.said", text=answer.text)] if answer.text else []
    if answer.word:
        said.append(turn.say("report.reward", amount=answer.amount, word=answer.word))
    return [Prompt(text) for text in said]


def _standing(turn: Turn, found: Found) -> str:
    today = turn.now.date()
    due = day(turn.say, found.due_on, today)
    if found.standing is not None:
        return turn.say(_STANDINGS[found.standing])
    if found.is_overdue(today):
        level = turn.say(_LEVELS[found.level])
        return turn.say("report.overdue", due=due, level=level, phone=turn.settings.report_phone)
    return turn.say("report.received", due=due)
