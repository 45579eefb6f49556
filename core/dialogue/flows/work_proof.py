"""Proof before an act: in a chat the PIN, once a talk; by SMS, whose sender can be forged, a code for each act."""

from __future__ import annotations

from dataclasses import replace

from core.dialogue.flows.work_desk import PROVEN, Desk, Step
from core.dialogue.prompt import Awaits, Prompt
from core.dialogue.turn import Answer, Outcome
from core.errors import NotAllowed, NotFound
from core.services.acting import prove
from core.services.staffing.proving import Act, send_code, take_code
from core.text import as_digits
from core.texts import _


def act(desk: Desk, *named: str | int) -> Outcome:
    """Do the act of that name with those values, once it is proven who asks for it."""
    if _by_sms(desk):
        turn = desk.turn
        if not send_code(turn.session, turn.vault, desk.actor, desk.contact_id, named, turn.now):
            return desk.menu(turn.say("work.too_many_codes"))
        return _ask(desk, named, _("work.code_sent"))
    return _do(desk, named) if desk.data.get(PROVEN) else _ask(desk, named, _("work.pin"))


def _take(desk: Desk, answer: Answer) -> Outcome | None:
    named: Act = tuple(desk.data["act"])
    return _take_code(desk, named, answer.text) if _by_sms(desk) else _take_pin(desk, named, answer.text)


def _take_code(desk: Desk, named: Act, text: str) -> Outcome:
    turn = desk.turn
    right = take_code(turn.session, turn.vault, desk.contact_id, named, as_digits(text), turn.now)
    if right is None:
        return desk.menu(turn.say("work.code_over"))
    return _do(desk, named) if right else _ask(desk, named, _("work.code_wrong"))


def _take_pin(desk: Desk, named: Act, text: str) -> Outcome:
    turn = desk.turn
    try:
        right = prove(turn.session, turn.vault, str(desk.actor.staff_id), text.strip())
    except (NotAllowed, NotFound):
        return replace(desk.menu(turn.say("work.pin_locked")), erase=True)
    outcome = _do(desk.proven(), named) if right else _ask(desk, named, _("work.pin_wrong"))
    return replace(outcome, erase=True)  # a PIN is not to be read in the chat by whoever picks up the phone


def _ask(desk: Desk, named: Act, key: str) -> Outcome:
    return desk.ask("proof", Prompt(desk.turn.say(key), awaits=Awaits.DIGITS), act=list(named))


def _do(desk: Desk, named: Act) -> Outcome:
    name, *values = named
    return desk.acts[str(name)](desk, *values)


def _by_sms(desk: Desk) -> bool:
    return desk.turn.sender.channel == "sms"


STEPS: dict[str, Step] = {"proof": _take}
