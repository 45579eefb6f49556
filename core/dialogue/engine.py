"""The conversation's one door: a message and where the talk stood go in; what to say and where it stands come out."""

from __future__ import annotations

from dataclasses import replace

from core.confidentiality.receipt import is_receipt
from core.delivery.composing import CODE_LENGTH
from core.dialogue import keywords
from core.dialogue.choices import chosen, ids
from core.dialogue.flows import acknowledging, genuine, menu, preferences
from core.dialogue.flows.ask import AskFlow
from core.dialogue.flows.eligibility import EligibilityFlow
from core.dialogue.flows.filing import FilingFlow
from core.dialogue.flows.following import FollowFlow
from core.dialogue.flows.listing import ListFlow
from core.dialogue.flows.receipt_of_money import MONEY_WORDS, ReceiptOfMoneyFlow
from core.dialogue.flows.reporting import ReportingFlow
from core.dialogue.flows.reporting_text import draft_of
from core.dialogue.flows.status import StatusFlow
from core.dialogue.flows.subscribing import SubscribeFlow
from core.dialogue.flows.work import WorkFlow
from core.dialogue.keywords import Command
from core.dialogue.prompt import Awaits, Inbound, Kind, Prompt
from core.dialogue.session import Talk
from core.dialogue.turn import Answer, Flow, Outcome, Turn
from core.domain.case_number import is_case_number
from core.domain.reference import is_reference
from core.services.notices.genuine import quoted_code
from core.services.staffing.inviting import CODE_LENGTH as INVITATION
from core.text import as_digits, printable
from core.texts import _

LONGEST = 1000
# What is told in confidence comes in as many characters as one Telegram message holds.
LONGEST_TOLD = 4096
MENU_BUTTON = "menu."

_ask = AskFlow()
_status = StatusFlow()
_follow = FollowFlow()
_money = ReceiptOfMoneyFlow()
_reporting = ReportingFlow()
_work = WorkFlow()
_subscribe = SubscribeFlow()
_FLOWS = (_ask, _status, EligibilityFlow(), ListFlow(), FilingFlow(), _follow, _money, _reporting, _work, _subscribe)
FLOWS: dict[str, Flow] = {flow.name: flow for flow in _FLOWS}

TALKS = {
    "eligibility": _("talk.eligibility"),
    "status": _("talk.status"),
    "ask": _("talk.ask"),
    "list": _("talk.list"),
    "case": _("talk.case"),
    "follow": _("talk.follow"),
    "receipt_of_money": _("talk.receipt_of_money"),
    "work": _("talk.work"),
    "subscribe": _("talk.subscribe"),
}
RESUMES = {
    "eligibility": _("resume.eligibility"),
    "status": _("resume.status"),
    "ask": _("resume.ask"),
    "list": _("resume.list"),
    "case": _("resume.case"),
    "follow": _("resume.follow"),
    "receipt_of_money": _("resume.receipt_of_money"),
    "work": _("resume.work"),
    "subscribe": _("resume.subscribe"),
}

_COMMAND_FLOWS = {
    Command.CHECK: "eligibility",
    Command.STATUS: "status",
    Command.ASK: "ask",
    Command.OBJECT: "list",
    Command.REPORT: _reporting.name,
    Command.WORK: _work.name,
    Command.FOLLOW: _subscribe.name,
}
_NOT_WORDS = {Kind.EDITED: _("input.edited"), Kind.MEDIA: _("input.media")}


def respond(turn: Turn, inbound: Inbound, talk: Talk | None, ended: bool = False) -> Outcome:
    """What is said to `inbound`, and where the talk stands after it. Never raises for any input, and never empty but
    for what is told in confidence.

    `talk` is the one under way; `ended` says that it has been idle too long, so that it only needs a line about it.
    """
    outcome = _taken(turn, inbound, talk, ended)
    if talk is None or talk.flow != _reporting.name:
        return outcome
    if outcome.talk is None or draft_of(outcome.talk) != draft_of(talk):
        _reporting.leave(turn, talk)
    return replace(outcome, erase=True)


def _taken(turn: Turn, inbound: Inbound, talk: Talk | None, ended: bool) -> Outcome:
    if inbound.kind in _NOT_WORDS:
        return _again(turn, None if ended else talk, _NOT_WORDS[inbound.kind])
    if ended and talk is not None and talk.answered:
        return _respond(turn, inbound, None)  # it had come to its end: there is nothing to resume
    if ended and talk is not None and talk.flow == _reporting.name:
        return _after_silence(turn, inbound) if _is_listening(talk) else _respond(turn, inbound, None)
    if ended and talk is not None:
        line = Prompt(turn.say("talk.ended", talk=turn.say(TALKS[talk.flow]), resume=turn.say(RESUMES[talk.flow])))
        return _respond(turn, inbound, None).preceded_by(line)
    return _respond(turn, inbound, talk)


def _after_silence(turn: Turn, inbound: Inbound) -> Outcome:
    """Words that come too late may be the rest of what was told in confidence: no question is made of them."""
    text = printable(inbound.text).strip()
    if inbound.kind is Kind.BUTTON or keywords.menu_digit(text) or is_receipt(as_digits(text)):
        return _respond(turn, inbound, None)
    if keywords.recognise(text, free_text_awaited=True):
        return _respond(turn, inbound, None)
    return menu.show(turn, turn.say("report.ended"))


def _respond(turn: Turn, inbound: Inbound, talk: Talk | None) -> Outcome:
    if inbound.kind is Kind.BUTTON:
        return _pressed(turn, inbound, talk)
    text = printable(inbound.text).strip()
    if not text:
        return _again(turn, talk, _("input.empty"))
    if len(text) > (LONGEST_TOLD if _is_listening(talk) else LONGEST):
        return _again(turn, talk, _("input.too_long"))
    free_text = talk is not None and talk.data.get("awaits") == Awaits.WORDS
    # A message of ours that is sent back may hold any of our words.
    if not free_text and (code := quoted_code(text)):
        return genuine.with_code(turn, code, talk)
    # No word is made of digits alone, and most messages are one digit.
    command = None if text.isdecimal() else keywords.recognise(text, free_text_awaited=free_text)
    if command is not None:
        outcome = _held(turn, command, talk, text) or _obey(turn, command, talk)
        if outcome is not None:
            return outcome
    if talk is not None:
        flow = FLOWS[talk.flow]
        outcome = flow.resume(turn, talk, Answer(text, chosen(text, talk.choices)))
        if outcome is not None:
            return outcome
    return _at_menu(turn, text)


def _pressed(turn: Turn, inbound: Inbound, talk: Talk | None) -> Outcome:
    if inbound.choice.startswith(MENU_BUTTON):
        command = menu.command_of(inbound.choice.removeprefix(MENU_BUTTON))
        outcome = (_held(turn, command, talk, "") or _obey(turn, command, talk)) if command else None
        return outcome or menu.show(turn)
    if talk is None or inbound.revision != talk.revision or inbound.choice not in ids(talk.choices):
        return _again(turn, talk, _("input.old_button"))
    return FLOWS[talk.flow].resume(turn, talk, Answer("", inbound.choice)) or menu.show(turn)


def _at_menu(turn: Turn, text: str) -> Outcome:
    command = keywords.menu_digit(text)
    if command is not None:
        return _obey(turn, command, None) or menu.show(turn)
    if is_reference(number := as_digits(text)):
        return _status.with_reference(turn, number)
    if is_case_number(number):
        return _follow.with_number(turn, number)
    if is_receipt(number):
        return _reporting.with_number(turn, number)
    if number.isdigit() and len(number) == INVITATION:
        return _work.with_invitation(turn, number)
    if number.isdigit() and len(number) == CODE_LENGTH:
        return genuine.with_code(turn, number, None, alone=True)
    if number.isdigit():
        return menu.show(turn, turn.say("input.unknown_number"))
    return _ask.question(turn, text)


def _obey(turn: Turn, command: Command, talk: Talk | None) -> Outcome | None:
    """Do what a word that works everywhere asks for; None where this line has nothing for it (yet)."""
    if command in _COMMAND_FLOWS:
        return FLOWS[_COMMAND_FLOWS[command]].start(turn)
    if command in acknowledging.NOTICE_WORDS and (outcome := acknowledging.obey(turn, command, talk)):
        return outcome
    if command in MONEY_WORDS:
        return _money.begin(turn, command)
    if command is Command.MENU:
        return menu.show(turn)
    if command is Command.BACK:
        return (FLOWS[talk.flow].back(turn, talk) if talk else None) or menu.show(turn)
    if command in menu.PLACES:
        return menu.PLACES[command](turn)
    return preferences.obey(turn, command)


def _is_listening(talk: Talk | None) -> bool:
    return talk is not None and talk.flow == _reporting.name and _reporting.listens(talk)


def _held(turn: Turn, command: Command, talk: Talk | None, text: str) -> Outcome | None:
    """What is said instead of obeying, where a text told in confidence would be lost."""
    if talk is None or talk.flow != _reporting.name:
        return None
    return _reporting.held_by(turn, talk, command, text)


def _again(turn: Turn, talk: Talk | None, key: str) -> Outcome:
    """One sentence about what could not be read; what was under way stays as it was."""
    if talk is None:
        return menu.show(turn, turn.say(key))
    return Outcome((Prompt(turn.say(key) + turn.say("talk.goes_on")),), talk)
