"""core/policy/calendar: the seed's year as data."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from core.domain.area import Level
from core.domain.stage import PROCEDURE, Stage
from core.policy import calendar

# The district's year-end summary, II.2, as policy-facts §5 reads it.
SEED = {
    "village": "03-12 03-21",
    "forms": "03-26 03-27",
    "reviews": "03-28 03-29",
    "papers": "03-30 03-31",
    "audit": "04-01 04-04",
    "township": "04-06 04-15",
    "filing": "04-16 04-20",
    "district": "05-08 05-18",
    "payout": "07-29 07-30",
}


@pytest.mark.parametrize(("window", "days"), SEED.items())
def test_the_seeds_days(window: str, days: str) -> None:
    """Where no office has moved them, the windows are the seed's, in any year."""
    for year in (2024, 2026):
        assert calendar.days_of(window, year) == tuple(date.fromisoformat(f"{year}-{day}") for day in days.split())


def test_every_window_has_days_and_a_level() -> None:
    """Each opens before it closes, and belongs to a level that areas have."""
    assert set(SEED) < set(calendar.window_names())
    for window in calendar.window_names():
        opens, closes = calendar.days_of(window, 2026)
        assert opens <= closes
        assert Level(calendar.level_of(window))


def test_the_postings_follow_each_other() -> None:
    """Village, township, district; 10, 10 and 11 days; none opens before the one before has closed."""
    postings = calendar.postings_of(2026)
    assert [posting.level for posting in postings] == ["village", "township", "district"]
    assert [(posting.closes - posting.opens).days + 1 for posting in postings] == [10, 10, 11]
    assert all(earlier.closes < later.opens for earlier, later in pairwise(postings))


def test_every_stage_of_the_procedure_has_something_to_come() -> None:
    """What comes begins with one window of the calendar and ends with one, and nothing comes after an end."""
    for stage in PROCEDURE:
        coming = calendar.coming_after(stage, 2026)
        assert coming is not None
        assert coming.opens == calendar.days_of(coming.opens_with, 2026)[0]
        assert coming.closes == calendar.days_of(coming.closes_with, 2026)[1]
    assert [calendar.coming_after(stage, 2026) for stage in Stage if stage not in PROCEDURE] == [None] * 3


@pytest.mark.parametrize("ask", [calendar.level_of, lambda window: calendar.days_of(window, 2026)])
def test_an_unknown_window(ask: object) -> None:
    """Nothing is made up."""
    with pytest.raises(KeyError):
        ask("harvest")  # type: ignore[operator]
