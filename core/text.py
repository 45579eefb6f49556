"""What people type, brought to one form: width, case, script, digits. Nothing here knows what a word means."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Protocol


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


# Control characters but tab and line feed, lone surrogates, private use, and the two that XML forbids.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufffe\uffff\U000f0000-\U0010ffff]")


@cache
def _simplifier() -> _Converter:
    # Loaded on first use: its dictionaries cost 30 ms that `jiangfu --help` need not pay.
    from opencc import OpenCC

    converter: _Converter = OpenCC("t2s")
    return converter


def printable(text: str) -> str:
    """`text` without what no phone shows and XML refuses: control characters (line breaks stay) and lone surrogates."""
    return _UNPRINTABLE.sub("", text)


def simplified(text: str) -> str:
    """`text` with traditional characters written the simplified way."""
    return _simplifier().convert(text) if not text.isascii() else text


def fold(text: str) -> str:
    """`text` in the one form that everything is compared in.

    Full-width becomes half-width (NFKC), traditional becomes simplified, capitals become small, runs of white space
    become one space, control characters and lone surrogates go. Chinese digits are left as they are: whether 二 is a
    number depends on what was asked.
    """
    compat = unicodedata.normalize("NFKC", printable(text))
    return " ".join(simplified(compat).lower().split())


_CHINESE_DIGITS = {
    **{c: str(i) for i, c in enumerate("零一二三四五六七八九")},
    **{c: str(i) for i, c in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    **{c: str(i) for i, c in enumerate("⓪①②③④⑤⑥⑦⑧⑨")},
    "两": "2",
    "俩": "2",
    "幺": "1",
    "洞": "0",
    "o": "0",
}


def as_digits(text: str) -> str:
    """`text` folded, with Chinese digits written 0-9 and separators dropped; '' where anything else is left.

    >>> as_digits("１２３ ４"), as_digits("二"), as_digits("2。"), as_digits("二楼")
    ('1234', '2', '2', '')
    """
    out = []
    for c in fold(text):
        if c.isascii() and c.isdigit():
            out.append(c)
        elif c in _CHINESE_DIGITS and (c != "o" or out):
            out.append(_CHINESE_DIGITS[c])
        elif c not in " -.,。，、.)）(（:：#*号":
            return ""
    return "".join(out)
