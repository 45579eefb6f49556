"""The main menu, and those of its places that answer in one message."""

from __future__ import annotations

from collections.abc import Callable

from core.dialogue.days import day
from core.dialogue.keywords import Command
from core.dialogue.prompt import Choice, Prompt
from core.dialogue.turn import Outcome, Turn
from core.policy.calendar import postings_of
from core.texts import _

# Digit, command and label, in the order shown; digits per the interface that residents learn once.
_PLACES = (
    ("1", Command.CHECK, _("menu.check")),
    ("2", Command.STATUS, _("menu.status")),
    ("3", Command.OBJECT, _("menu.object")),
    ("4", Command.REPORT, _("menu.report")),
    ("5", Command.ASK, _("menu.ask")),
    ("0", Command.HELP, _("menu.help")),
)


_LEVELS = {"village": _("level.village"), "township": _("level.township"), "district": _("level.district")}


def show(turn: Turn, notice: str = "") -> Outcome:
    """The menu, under `notice` where something is to be said first; the talk, if any, is over."""
    return Outcome((prompt(turn, notice),))


def prompt(turn: Turn, notice: str = "") -> Prompt:
    """The menu as a prompt. Its buttons work for ever: what they mean never changes."""
    choices = (Choice(f"menu.{command}", turn.say(label), digit) for digit, command, label in _PLACES)
    return Prompt(notice or turn.say("menu.title"), tuple(choices))


def command_of(word: str) -> Command | None:
    """The command of a menu button."""
    return next((command for _digit, command, _label in _PLACES if command == word), None)


def _help(turn: Turn) -> Outcome:
    settings = turn.settings
    text = turn.say("help", phone=settings.office_phone, hours=settings.office_hours)
    return Outcome((Prompt(text),))


def _object(turn: Turn) -> Outcome:
    """Where the lists hang, which one is open or opens next, and whom to tell that one is wrong."""
    today = turn.now.date()
    postings = postings_of(today.year)
    current = next((posting for posting in postings if posting.opens <= today <= posting.closes), None)
    if current is not None:
        fields = {"level": turn.say(_LEVELS[current.level]), "closes": day(turn.say, current.closes, today)}
        left = (current.closes - today).days + 1
        text = turn.say("object.open", **fields, days=left, phone=turn.settings.office_phone)
    else:
        coming = next((p for p in postings if p.opens > today), None) or postings_of(today.year + 1)[0]
        fields = {"level": turn.say(_LEVELS[coming.level]), "opens": day(turn.say, coming.opens, today)}
        text = turn.say("object.closed", **fields, phone=turn.settings.office_phone)
    return Outcome((Prompt(text),))


def _report(turn: Turn) -> Outcome:
    """The confidential channel takes nothing without an inspector's key: it says so and names the safer ways."""
    return Outcome((Prompt(turn.say("report.elsewhere", phone=turn.settings.report_phone)),))


PLACES: dict[Command, Callable[[Turn], Outcome]] = {
    Command.HELP: _help,
    Command.OBJECT: _object,
    Command.REPORT: _report,
}
