"""Pages: as many lines or choices as an SMS of so many segments carries, and a digit for what follows."""

from __future__ import annotations

from collections.abc import Sequence

from core.delivery.segments import segments
from core.dialogue.prompt import Awaits, Choice, Prompt
from core.dialogue.turn import Turn
from core.domain.contact import Language
from core.texts import _

MORE = "more"
MORE_DIGIT = "0"

# What one message may take by SMS where nothing else is said.
_MOST = {Language.CHINESE: 1, Language.ENGLISH: 2}
_DIGITS = 9


def page_of_choices(turn: Turn, text: str, items: Sequence[tuple[str, str]], after: int) -> tuple[Prompt, int]:
    """A prompt with `items` (id and label) from place `after` on, numbered from 1, as many as one message holds, and 0
    for the next page where there is one; and the place from which that goes on."""
    following = items[after : after + _DIGITS]
    for shown in range(len(following), 0, -1):
        last = after + shown >= len(items)
        choices = [Choice(choice, label, str(n)) for n, (choice, label) in enumerate(following[:shown], 1)]
        choices += [] if last else [more(turn, _("list.more"))]
        prompt = Prompt(text, tuple(choices), Awaits.CHOICE)
        if shown == 1 or fits(turn, prompt, _MOST[turn.sender.language]):
            return prompt, 0 if last else after + shown
    return Prompt(text), 0


def more(turn: Turn, label: str) -> Choice:
    """The choice that goes on to the next page, under the label of that key."""
    return Choice(MORE, turn.say(label), MORE_DIGIT)


def fits(turn: Turn, prompt: Prompt, most: int) -> bool:
    """Whether the prompt takes at most so many segments by SMS, the signature before it counted."""
    chinese = turn.sender.language is Language.CHINESE
    signature = turn.settings.sms_signature if chinese else turn.settings.sms_signature_en
    lines = (prompt.text, *(f"{choice.digit} {choice.label}" for choice in prompt.choices))
    return segments(signature + "\n".join(lines)) <= most
