"""What an answer to a question of a filing means, or what is said where it means nothing."""

from __future__ import annotations

from collections.abc import Callable

from core.dialogue.entry_numbers import bare_number, entry_named
from core.dialogue.flows.filing_questions import SKIP, Data
from core.dialogue.turn import Answer, Turn
from core.services import lists
from core.text import as_digits

_LONGEST_WORDS = 300  # characters
_SHORTEST_WORDS = 2  # a lone digit or character is a slip of the thumb
_PHONE_DIGITS = range(5, 16)  # from a short number of the town to E.164


class Unclear(Exception):
    """The answer is none; `said` is the sentence that says so, and the question stands."""

    def __init__(self, said: str) -> None:
        super().__init__()
        self.said = said


def taken(turn: Turn, step: str, data: Data, answer: Answer) -> str | int:
    """What the answer to the question of that step is kept as. Raises Unclear."""
    if step == "entry":
        return _entry(turn, data["list"], answer)
    return _TAKES.get(step, _choice)(turn, answer)


def _choice(turn: Turn, answer: Answer) -> str:
    if not answer.choice:
        raise Unclear(turn.say("talk.not_a_choice"))
    return answer.choice


def _entry(turn: Turn, list_id: int, answer: Answer) -> int:
    number = entry_named(answer.text) or bare_number(answer.text)
    if not number:
        raise Unclear(turn.say("case.which_entry"))
    line = lists.line(turn.session, turn.vault, list_id, int(number))
    if line is None:
        raise Unclear(turn.say("list.no_such_entry", entry=int(number)))
    if line.withdrawn:
        raise Unclear(turn.say("list.entry_withdrawn", entry=int(number)))
    return line.number


def _phone(turn: Turn, answer: Answer) -> str:
    digits = as_digits(answer.text)
    if not answer.choice and len(digits) not in _PHONE_DIGITS:
        raise Unclear(turn.say("case.phone_unclear"))
    return answer.choice or digits


def _words(turn: Turn, answer: Answer) -> str:
    if answer.choice == SKIP:
        return ""
    words = answer.text.strip()
    if len(words) > _LONGEST_WORDS:
        raise Unclear(turn.say("case.words_too_long"))
    if len(words) < _SHORTEST_WORDS:
        raise Unclear(turn.say("case.words_too_few"))
    return words


_TAKES: dict[str, Callable[[Turn, Answer], str]] = {"phone": _phone, "words": _words}
