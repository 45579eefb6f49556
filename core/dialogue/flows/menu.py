"""The main menu, and those of its places that answer in one message."""

from __future__ import annotations

from collections.abc import Callable

from core.dialogue.keywords import Command
from core.dialogue.prompt import Choice, Prompt
from core.dialogue.turn import Outcome, Turn
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


PLACES: dict[Command, Callable[[Turn], Outcome]] = {
    Command.HELP: _help,
}
