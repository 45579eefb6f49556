"""SMS segments: how many parts a text takes, in GSM-7 septets or UCS-2 units (3GPP TS 23.038 and 23.040)."""

from __future__ import annotations

from collections.abc import Iterable

UCS2_ONE, UCS2_EACH = 70, 67
GSM_ONE, GSM_EACH = 160, 153

_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENSION = frozenset("\f^{}\\[~]|€")


def is_gsm(text: str) -> bool:
    """Whether every character of `text` is in the GSM-7 alphabet or its extension."""
    return all(c in _GSM_BASIC or c in _GSM_EXTENSION for c in text)


def units(text: str) -> int:
    """The length of `text` as a phone counts it: septets where GSM-7 can carry it, else UTF-16 units."""
    return sum(_widths(text))


def segments(text: str) -> int:
    """How many SMS parts `text` takes; no escape and no surrogate pair is cut by a part's edge."""
    widths = list(_widths(text))
    one, each = (GSM_ONE, GSM_EACH) if is_gsm(text) else (UCS2_ONE, UCS2_EACH)
    if sum(widths) <= one:
        return 1
    parts, room = 1, each
    for width in widths:
        if width > room:
            parts, room = parts + 1, each
        room -= width
    return parts


def _widths(text: str) -> Iterable[int]:
    if is_gsm(text):
        return (2 if c in _GSM_EXTENSION else 1 for c in text)
    return (2 if ord(c) > 0xFFFF else 1 for c in text)
