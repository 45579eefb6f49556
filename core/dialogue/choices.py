"""What an answer means among the choices as they were shown: a digit in any script, or the choice's own words."""

from __future__ import annotations

import re

from core.text import as_digits, fold

# How people wrap a digit: 回2, 按 2, 选二, 发送2, 我选2, 2号, answer 2, reply 2.
_WRAPPED = re.compile(r"^(?:我?选择?|回复?|按|发送?|输入|答|reply|answer|option|press|no)\s*(.{1,2})$")


def chosen(text: str, shown: tuple[str, ...]) -> str:
    """The id of the choice that `text` means, '' where it means none. `shown` holds digit=id pairs."""
    by_digit = dict(pair.split("=", 1) for pair in shown)
    folded = fold(text).strip(" .。,，!！?？、()（）")
    wrapped = _WRAPPED.match(folded)
    return by_digit.get(as_digits(wrapped[1] if wrapped else folded), "")
