"""Surnames, and a name of which no more is shown than that."""

from __future__ import annotations

import re

# The surnames of two characters that are still common, before a given name of at least one.
_OF_TWO = re.compile(
    "(?:欧阳|上官|皇甫|令狐|诸葛|司徒|司马|申屠|夏侯|贺兰|完颜|慕容|尉迟|长孙|东方|公孙|端木|宇文|独孤|南宫|司空|太史|百里|"
    "呼延|东郭|西门|轩辕|钟离|鲜于|闾丘|濮阳|淳于|单于|澹台|公冶|宗政|赫连|拓跋)(?=.)"
)


def surname(name: str) -> str:
    """The surname alone.

    >>> surname("王桂兰"), surname("欧阳春花"), surname("欧阳")
    ('王', '欧阳', '欧')
    """
    found = _OF_TWO.match(name)
    return found[0] if found else name[:1]


def masked(name: str) -> str:
    """The surname and 某.

    >>> masked("王桂兰"), masked("欧阳春花"), masked("欧阳")
    ('王某', '欧阳某', '欧某')
    """
    return f"{surname(name)}某"
