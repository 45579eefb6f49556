"""Twilio's own opt-out: where the messaging service heeds STOP, START and HELP itself, it tells us so (`OptOutType`).

Twilio has answered by then and, after STOP, lets nothing more of ours through, so nothing is said here.
https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
"""

from __future__ import annotations

from dataclasses import replace

from core.db import transaction
from core.dialogue.prompt import Inbound, Kind
from core.line import Line
from core.services.contacts import note_stopped
from sms.gateways.twilio.codes import OPT_OUT_WORDS, OPTED_OUT


def heed(line: Line, message: Inbound, opt_out_type: str) -> None:
    """Do as Twilio has done: STOP ends what is sent unasked, and nothing can be sent at all; START undoes both; HELP
    changes nothing. Whatever word it was, Twilio was told to listen for it. Raises Unavailable.
    """
    word = OPT_OUT_WORDS[opt_out_type]
    if not word:
        return
    line.answer(replace(message, text=word, kind=Kind.WORDS))
    reason = OPTED_OUT if opt_out_type == "STOP" else None
    with transaction(line.sessions) as session:
        note_stopped(session, line.vault, message.channel, message.address, reason, line.clock.now())
