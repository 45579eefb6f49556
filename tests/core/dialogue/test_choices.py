"""core/dialogue/choices: an answer means one of the choices as they were shown, by digit or by its words, or none."""

from __future__ import annotations

import pytest

from core.dialogue.choices import as_shown, chosen, ids
from core.dialogue.prompt import numbered

SHOWN = tuple(map(as_shown, numbered(("rural", "本区农村"), ("urban", "城镇"), ("none", "没有"), ("odd", "a=b"))))


@pytest.mark.parametrize(
    ("label", "text", "meant"),
    [
        ("a digit", "1", "rural"),
        ("full width", "２", "urban"),
        ("Chinese", "二", "urban"),
        ("in a ring", "③", "none"),
        ("with a full stop", "2。", "urban"),
        ("in brackets", "（2）", "urban"),
        ("told as an order", "回2", "urban"),
        ("I choose", "我选二", "urban"),
        ("the second", "2号", "urban"),
        ("in English", "reply 2", "urban"),
        ("its own words", "城镇", "urban"),
        ("its own words, traditional, with a full stop", "城鎮。", "urban"),
        ("a label with the sign that divides", "A=B", "odd"),
        ("a digit that was not shown", "5", ""),
        ("zero", "0", ""),
        ("two digits", "12", ""),
        ("a part of its words", "农村", ""),
        ("more than its words", "城镇的", ""),
        ("an id is no answer", "urban", ""),
        ("nothing", "", ""),
        ("punctuation", "。", ""),
    ],
)
def test_what_an_answer_means(label: str, text: str, meant: str) -> None:
    """Mistakes of the thumb are forgiven; what might mean another thing is asked again."""
    assert chosen(text, SHOWN) == meant


def test_nothing_shown_nothing_chosen() -> None:
    """Where a text is awaited a digit is a text."""
    assert chosen("1", ()) == ""


def test_the_ids_shown_are_those_that_a_button_may_carry() -> None:
    """In the form in which a talk remembers them."""
    assert ids(SHOWN) == {"rural", "urban", "none", "odd"}
