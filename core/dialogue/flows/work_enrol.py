"""Enrolling a villager's phone at the door: the reference, the phone, and the code that its owner reads out."""

from __future__ import annotations

from core.dialogue.flows.work_desk import Desk, Step
from core.dialogue.flows.work_proof import act
from core.dialogue.prompt import Awaits, Prompt
from core.dialogue.turn import Answer, Outcome
from core.domain.reference import is_reference
from core.errors import JiangfuError
from core.services.staffing import enrolling
from core.text import as_digits
from core.texts import _


def begin(desk: Desk, key: str = _("work.enrol_ref")) -> Outcome:
    """Ask whose phone it is."""
    return desk.ask("enrol_ref", Prompt(desk.turn.say(key), awaits=Awaits.DIGITS))


def _take_ref(desk: Desk, answer: Answer) -> Outcome | None:
    ref = as_digits(answer.text)
    if not is_reference(ref):
        return begin(desk)
    return desk.ask("enrol_phone", Prompt(desk.turn.say("work.enrol_phone"), awaits=Awaits.DIGITS), ref=ref)


def _take_phone(desk: Desk, answer: Answer) -> Outcome | None:
    return act(desk, "enrol", desk.data["ref"], as_digits(answer.text))


def send_code(desk: Desk, ref: str, phone: str) -> Outcome:
    """Send the code to the villager's phone."""
    turn = desk.turn
    try:
        number = enrolling.begin(turn.session, turn.vault, desk.actor, ref, phone, turn.now)
    except JiangfuError:
        return desk.menu(turn.say("work.enrol_refused"))
    return _ask_code(desk, number, _("work.enrol_sent"))


def _ask_code(desk: Desk, number: int, key: str) -> Outcome:
    return desk.ask("enrol_code", Prompt(desk.turn.say(key), awaits=Awaits.DIGITS), enrolment=number)


def _take_code(desk: Desk, answer: Answer) -> Outcome | None:
    turn, number = desk.turn, desk.data["enrolment"]
    try:
        right = enrolling.confirm(turn.session, turn.vault, desk.actor, number, as_digits(answer.text), turn.now)
    except JiangfuError:
        return desk.menu(turn.say("work.enrol_over"))
    return desk.menu(turn.say("work.enrol_done")) if right else _ask_code(desk, number, _("work.enrol_wrong"))


STEPS: dict[str, Step] = {"enrol_ref": _take_ref, "enrol_phone": _take_phone, "enrol_code": _take_code}
