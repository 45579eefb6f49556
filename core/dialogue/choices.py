"""What an answer means among the choices as they were shown: a digit in any script, or the choice's own words."""

from __future__ import annotations

import re

from core.dialogue.prompt import Choice
from core.text import as_digits, fold

# How people wrap a digit: 回2, 按 2, 选二, 发送2, 我选2, 2号, answer 2, reply 2.
_WRAPPED = re.compile(r"^(?:我?选择?|回复?|按|发送?|输入|答|reply|answer|option|press|no)\s*(.{1,2})$")


_AROUND = " .。,，!！?？、()（）"


def as_shown(choice: Choice) -> str:
    """`choice` as a talk remembers it: digit, id and label."""
    return f"{choice.digit}={choice.id}={choice.label}"


def ids(shown: tuple[str, ...]) -> set[str]:
    """The ids of the choices shown."""
    return {each.split("=", 2)[1] for each in shown}


def chosen(text: str, shown: tuple[str, ...]) -> str:
    """The id of the choice that `text` means, '' where it means none; `shown` is of `as_shown`."""
    options = [each.split("=", 2) for each in shown]
    by_digit = {digit: choice for digit, choice, *_label in options}
    by_label = {fold(label).strip(_AROUND): choice for _digit, choice, *labels in options for label in labels}
    folded = fold(text).strip(_AROUND)
    wrapped = _WRAPPED.match(folded)
    return by_digit.get(as_digits(wrapped[1] if wrapped else folded)) or by_label.get(folded, "")
