"""The order of a list: by village, in it by village group as people count them, then by who applied first."""

from __future__ import annotations

import re
from functools import lru_cache

from core.numerals import arabic
from core.text import fold

_AROUND_THE_NUMBER = re.compile("第|村民小组|小组|组")
_NUMBER = re.compile(r"(\d+)", re.ASCII)

GroupKey = tuple[tuple[int, int, str], ...]


@lru_cache(maxsize=4096)
def group_key(group: str | None) -> GroupKey:
    """A key that sorts village groups as they are counted; who has none comes last.

    >>> sorted(["10组", "第三组", "2组", "十一组", None], key=group_key)
    ['2组', '第三组', '10组', '十一组', None]
    """
    plain = _AROUND_THE_NUMBER.sub("", arabic(fold(group or ""))).replace(" ", "")
    parts = (part for part in _NUMBER.split(plain) if part)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts) or ((2, 0, ""),)
