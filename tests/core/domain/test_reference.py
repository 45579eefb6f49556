"""core/domain/reference: the number that is a person's for life, and what a mistyped one cannot be."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import damm

from core.domain.reference import draw_reference, is_reference

# Any number that the check digit makes whole; dates among them are no references.
numbers = st.integers(10**6, 10**7 - 1).map(lambda stem: f"{stem}{damm.calc_check_digit(str(stem))}")
references = numbers.filter(is_reference)


@given(references, st.integers(0, 7), st.integers(1, 9))
def test_one_wrong_digit_is_seen(ref: str, place: int, more: int) -> None:
    """Whichever digit is mistyped, the number is refused, so that it never names another person."""
    wrong = str((int(ref[place]) + more) % 10)
    assert not is_reference(ref[:place] + wrong + ref[place + 1 :])


@given(references, st.integers(0, 6))
def test_neighbours_swapped_are_seen(ref: str, place: int) -> None:
    """Two neighbouring digits in the wrong order are refused."""
    assume(ref[place] != ref[place + 1])
    assert not is_reference(ref[:place] + ref[place + 1] + ref[place] + ref[place + 2 :])


@given(st.dates(date(1800, 1, 1), date(2199, 12, 31)))
def test_a_date_is_never_a_reference(day: date) -> None:
    """A birth date typed where a reference is asked for is not taken for one."""
    assert not is_reference(f"{day:%Y%m%d}")


def test_some_dates_would_pass_the_check_digit() -> None:
    """The rule about dates is needed: without it a tenth of them would be references."""
    assert damm.is_valid("19500205")


@given(st.integers(0, 10**6 - 1))
def test_none_begins_with_nought(stem: int) -> None:
    """A spreadsheet drops a leading nought, so that no reference has one."""
    assert not is_reference(f"{stem:07}{damm.calc_check_digit(f'{stem:07}')}")


def test_drawn_numbers_are_references_and_differ() -> None:
    """Whatever is drawn is valid; a thousand draws do not repeat more than chance has it."""
    drawn = [draw_reference() for _ in range(1000)]
    assert all(map(is_reference, drawn))
    assert len(set(drawn)) > 990


@pytest.mark.parametrize("number", ["", "1234567", "123456789", "１２３４５６７８", "1234567a", "-1234567", "1234 567"])
def test_what_is_no_number_of_eight_digits(number: str) -> None:
    """Anything but eight plain digits is refused, never an error."""
    assert not is_reference(number)
