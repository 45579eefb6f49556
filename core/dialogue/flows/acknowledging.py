"""知道了: taken for the last notice; 收到 too, where nothing came after that notice that it could mean."""

from __future__ import annotations

from core.dialogue.keywords import Command
from core.dialogue.prompt import Prompt
from core.dialogue.session import Talk
from core.dialogue.turn import Outcome, Turn
from core.services.notices.acknowledging import acknowledge, last_notice

NOTICE_WORDS = frozenset({Command.ACKNOWLEDGED, Command.RECEIVED})


def obey(turn: Turn, command: Command, talk: Talk | None) -> Outcome | None:
    """Note it for the notice that is meant; what was under way goes on. None where something else must be meant."""
    contact_id, only = turn.sender.contact_id, command is Command.RECEIVED
    notice_id = last_notice(turn.session, contact_id, turn.now, only_if_last=only) if contact_id else None
    if notice_id is not None and contact_id is not None:
        acknowledge(turn.session, notice_id, contact_id, turn.now)
        return Outcome((Prompt(turn.say("notice.acknowledged")),), talk)
    return None if only or talk else Outcome((Prompt(turn.say("notice.none_to_acknowledge")),))
