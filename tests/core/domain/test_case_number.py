"""core/domain/case_number: the number by which a case is followed, and what a mistyped one cannot be."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import damm

from core.domain.case_number import draw_case_number, in_groups, is_case_number
from core.domain.reference import is_reference

numbers = st.integers(10**8, 10**9 - 1).map(lambda stem: f"{stem}{damm.calc_check_digit(str(stem))}")


@given(numbers, st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_seen(number: str, place: int, more: int) -> None:
    """Whichever digit is mistyped, the number is refused, and costs no try."""
    wrong = str((int(number[place]) + more) % 10)
    assert is_case_number(number)
    assert not is_case_number(number[:place] + wrong + number[place + 1 :])


@given(numbers, st.integers(0, 8))
def test_neighbours_swapped_are_seen(number: str, place: int) -> None:
    """Two neighbouring digits in the wrong order are refused."""
    assume(number[place] != number[place + 1])
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert not is_case_number(swapped)


def test_drawn_numbers_are_valid_and_differ() -> None:
    """Whatever is drawn is valid, is no reference, and does not follow from the one before."""
    drawn = [draw_case_number() for _ in range(1000)]
    assert all(map(is_case_number, drawn))
    assert not any(map(is_reference, drawn))
    assert len(set(drawn)) == 1000
    assert drawn != sorted(drawn)


def test_it_is_said_in_groups() -> None:
    """Three, three and four digits, as a phone number is told."""
    assert in_groups("4829157063") == "482 915 7063"


@pytest.mark.parametrize(
    "number", ["", "123456789", "12345678945", "１２３４５６７８９４", "123456789a", "0123456789", "123 456 78"]
)
def test_what_is_no_number_of_ten_digits(number: str) -> None:
    """Anything but ten plain digits that begin with no nought is refused, never an error."""
    assert not is_case_number(number)
