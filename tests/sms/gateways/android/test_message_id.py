"""The ids that the gateway knows our messages by: never two messages under one, never one under two."""

from __future__ import annotations

import pytest

from core.delivery.sender import Outgoing
from sms.gateways.android.message_id import LONGEST_ID, of_answer, of_message, row_of

OWN = "1c9f3bb0-54a8-5d6e-9d3c-0f5f0d1b7a11"


def message(row_id: int, own_id: str = OWN, text: str = "好") -> Outgoing:
    """A message of that row."""
    return Outgoing(row_id, "+8613800138000", text, own_id=own_id)


@pytest.mark.parametrize("row_id", [1, 4711, 999_999_999])
def test_a_message_has_one_id_that_names_its_row(row_id: int) -> None:
    """The same however its text is composed at the next try; short enough; and its row can be read from it."""
    first, second = of_message(message(row_id)), of_message(message(row_id, text="别的"))
    assert first == second
    assert len(first) <= LONGEST_ID
    assert row_of(first) == row_id


def test_another_message_of_the_same_row_number_has_another_id() -> None:
    """A database that was set up anew counts from one again."""
    assert of_message(message(1)) != of_message(message(1, own_id=OWN.replace("1c9f", "2d0a")))


@pytest.mark.parametrize(
    "other", ["", "7", "-7", "x-7", "٧-1", "9" * 10 + "-1", "a80532bb", of_answer("SM1", 0, "菜单"), OWN[1:]]
)
def test_any_other_id_names_no_row(other: str) -> None:
    """An answer's, another program's, or one made up."""
    assert row_of(other) is None


@pytest.mark.parametrize(
    ("label", "other"),
    [
        ("another message", ("a@t2@+86", 0, "菜单")),
        ("another part", ("a@t1@+86", 1, "菜单")),
        ("another text", ("a@t1@+86", 0, "菜")),
        ("what is shared out otherwise", ("a@t1@+86\x000", 0, "菜单")),
    ],
)
def test_an_answer_is_known_by_message_part_and_text(label: str, other: tuple[str, int, str]) -> None:
    """The same three give the same id, in whatever process; any other gives another."""
    usual = ("a@t1@+86", 0, "菜单")
    assert of_answer(*usual) == of_answer(*usual)
    assert of_answer(*usual) != of_answer(*other)
    assert len(of_answer(*usual)) <= LONGEST_ID
