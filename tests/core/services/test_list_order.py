"""core/services/list_order and surnames: how people count their village groups, and what a surname is."""

from __future__ import annotations

import random

import pytest

from core.services.list_order import group_key
from core.services.surnames import masked

COUNTED = [
    ["1组", "2组", "9组", "10组", "11组", "100组"],
    ["一组", "二组", "三组", "九组", "十组", "十一组", "二十组", "二十一组"],
    ["第1村民小组", "2组", "第三组", "四小组", "５组", "第 六 组", "7"],
    ["3组", "3组甲", "上湾组", "下湾组", None],
    ["1组", ""],
]


@pytest.mark.parametrize("groups", COUNTED, ids=str)
def test_groups_are_counted_as_people_do(groups: list[str | None]) -> None:
    """By number however it is written, then by name; who has no group comes last."""
    shuffled = groups.copy()
    random.Random(7).shuffle(shuffled)
    assert sorted(shuffled, key=group_key) == groups


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("王桂兰", "王某"),
        ("王兰", "王某"),
        ("欧阳春花", "欧阳某"),
        ("欧阳花", "欧阳某"),
        ("欧阳", "欧某"),
        ("司马", "司某"),
        ("阿依古丽·买买提", "阿某"),
    ],
)
def test_no_more_than_the_surname_is_shown(name: str, shown: str) -> None:
    """Two characters only where they are a surname and a name follows."""
    assert masked(name) == shown
