"""What is being said, message by message: each is sealed at once and answered by nothing, until 完."""

from __future__ import annotations

from core.confidentiality.receipt import holds_receipt
from core.dialogue.prompt import Awaits, Prompt
from core.dialogue.session import Talk
from core.dialogue.turn import Outcome, Turn, asks
from core.services.reports import drafts
from core.text import fold
from core.texts import _

_ENDS = frozenset(
    [
        "完",
        "完了",
        "完毕",
        "说完",
        "说完了",
        "写完",
        "写完了",
        "发完了",
        "讲完了",
        "end",
        "done",
        "finish",
        "finished",
        "the end",
    ]
)


def listen(turn: Turn, flow: str, step: str, key: str, draft_id: bytes) -> Outcome:
    """Say that one may begin, and wait for words."""
    prompt = Prompt(turn.say(key), awaits=Awaits.WORDS)
    return asks(flow, step, prompt, {"awaits": Awaits.WORDS, "draft": draft_id.hex()})


def draft_of(talk: Talk) -> bytes | None:
    """The draft that the talk carries, None where it carries none."""
    return bytes.fromhex(talk.data["draft"]) if "draft" in talk.data else None


def is_the_end(text: str) -> bool:
    """Whether the message says that all is said."""
    return fold(text).strip(" .。，,!！~～“”\"'「」【】()（）") in _ENDS


def take_message(turn: Turn, talk: Talk, text: str) -> Outcome:
    """Seal one message and keep it; nothing is answered, or one sentence where it was not taken.

    Raises Gone, NobodyInCharge.
    """
    draft_id = bytes.fromhex(talk.data["draft"])
    if holds_receipt(text):
        return goes_on(turn, talk, _("report.holds_number"))
    try:
        drafts.add(turn.session, turn.vault, turn.report_keys, turn.settings, draft_id, text, turn.now)
    except drafts.Full:
        return goes_on(turn, talk, _("report.full"))
    return goes_on(turn, talk)


def goes_on(turn: Turn, talk: Talk, key: str = "") -> Outcome:
    """The talk as it was, after one sentence, or after nothing."""
    data = {name: value for name, value in talk.data.items() if name != "leaving"}
    said = asks(talk.flow, talk.step, Prompt(turn.say(key) if key else "", awaits=Awaits.WORDS), data)
    return said if key else Outcome((), said.talk)
