"""What is paid a year."""

from __future__ import annotations

import pytest

from core.policy.amounts import AmountError, amount_for


@pytest.mark.parametrize(
    ("year", "yuan"), [(2004, 600), (2008, 600), (2009, 720), (2011, 720), (2012, 960), (2026, 960)]
)
def test_the_national_floor_by_year(year: int, yuan: int) -> None:
    """600 from 2004, 720 from 2009, 960 from 2012, each with its source."""
    assert amount_for(year).yuan == yuan
    assert amount_for(year).source


def test_before_2004_there_was_no_reward() -> None:
    """No amount is made up."""
    with pytest.raises(AmountError, match="2003"):
        amount_for(2003)


def test_the_offices_own_amount_holds_for_its_year_only() -> None:
    """The next year falls back to the floor until the office says otherwise."""
    assert amount_for(2025, {2025: 1200}).yuan == 1200
    assert amount_for(2026, {2025: 1200}).yuan == 960


def test_an_own_amount_below_the_floor_is_refused() -> None:
    """The national amount is a floor."""
    assert amount_for(2025, {2025: 960}).yuan == 960
    with pytest.raises(AmountError, match="960"):
        amount_for(2025, {2025: 959})
