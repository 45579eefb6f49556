"""Words about the line itself: stop and resume what is sent unasked, the language, and thanks for an answer."""

from __future__ import annotations

from core.dialogue.flows import menu
from core.dialogue.keywords import Command
from core.dialogue.prompt import Prompt
from core.dialogue.turn import Outcome, Turn
from core.domain.contact import Language
from core.services.staffing.enrolling import disown


def obey(turn: Turn, command: Command) -> Outcome | None:
    """What is said to such a word; None for a word that this is not the place for."""
    if command is Command.STOP:
        return Outcome((Prompt(turn.say("stop.done")),), opted_out=True)
    if command is Command.START:
        if not turn.sender.opted_out:
            return menu.show(turn)
        return Outcome((menu.prompt(turn, turn.say("start.done")),), opted_out=False)
    if command is Command.NOT_ME:
        if turn.sender.contact_id is not None:
            disown(turn.session, turn.sender.contact_id, turn.now)
        return Outcome((Prompt(turn.say("not_me.done")),))
    language = _language(turn, command)
    if language is None:
        return None
    spoken = turn.in_language(language)
    return Outcome((menu.prompt(spoken, spoken.say("language.done")),), language=language)


def _language(turn: Turn, command: Command) -> Language | None:
    if command is Command.LANGUAGE:
        is_chinese = turn.sender.language is Language.CHINESE
        return Language.ENGLISH if is_chinese else Language.CHINESE
    return {Command.CHINESE: Language.CHINESE, Command.ENGLISH: Language.ENGLISH}.get(command)
