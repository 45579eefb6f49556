"""Chinese numerals in running text, written 0-9."""

from __future__ import annotations

import re

CHARACTERS = "零〇○一二两三四五六七八九十廿卄卅百千"

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2}
_BY_VALUE = re.compile(r"(?:(\D)千)?零?(?:(\D)百)?零?(?:([一二三四五六七八九])?(十))?(\D)?")


def arabic(text: str) -> str:
    """Folded `text` with every run of Chinese numerals written 0-9 between spaces.

    A run without 十百千 is read digit by digit (一九五〇, 五零), any other by its value (二十五, 廿五).

    >>> arabic("一九五〇年三月廿五").split()
    ['1950', '年', '3', '月', '25']
    """
    text = re.sub(rf"(?<=[{CHARACTERS}])o|o(?=[{CHARACTERS}])|[〇○]", "零", text)
    text = re.sub("[廿卄]", "二十", text).replace("卅", "三十")
    return re.sub(rf"[{CHARACTERS}]+", lambda run: f" {_number(run.group())} ", text)


def _number(run: str) -> str:
    """`run` in 0-9; unchanged where it is no number."""
    if not set(run) & set("十百千"):
        return "".join(str(_DIGITS[c]) for c in run)
    match = _BY_VALUE.fullmatch(run)
    if not match or any(c and c not in _DIGITS for c in match.group(1, 2, 5)):
        return run
    thousands, hundreds, tens, ten, ones = match.groups()
    value = 1000 * _DIGITS.get(thousands, 0) + 100 * _DIGITS.get(hundreds, 0) + _DIGITS.get(ones, 0)
    return str(value + (10 * _DIGITS.get(tens, 1) if ten else 0))
