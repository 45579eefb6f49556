"""core/dialogue/entry_numbers: how people name an entry of a list, and what names none."""

from __future__ import annotations

import pytest

from core.dialogue.entry_numbers import bare_number, entry_named


@pytest.mark.parametrize(
    "text",
    [
        "第7号",
        "第七号",
        "7号",
        "七号",
        "第 7 号",
        "第7",
        "第7个",
        "entry 7",
        "Entry 7.",
        "no. 7",
        "No 7",
        "#7",
        "第７號",
    ],
)
def test_an_entry_is_named_in_these_ways(text: str) -> None:
    """Where digits are choices, this is how a number is meant as one."""
    assert entry_named(text) == "7"


@pytest.mark.parametrize("text", ["7", "", "第号", "7月", "7个人", "我是7号来的", "第7号是谁", "1234567号", "entry"])
def test_what_names_no_entry(text: str) -> None:
    """A bare digit is a choice first; a sentence is a sentence."""
    assert entry_named(text) == ""


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", "7"),
        ("十二", ""),
        ("七", "7"),
        ("１２", "12"),
        ("12。", "12"),
        ("12345", "12345"),
        ("123456", ""),
        ("七号楼", ""),
    ],
)
def test_a_bare_number_is_short(text: str, number: str) -> None:
    """Six digits and more are a code, a reference or a phone."""
    assert bare_number(text) == number
