"""core/services/reports/counts: from what is shown of a year, no number below five can be worked out."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.db import transaction
from core.errors import NotAllowed
from core.services.reports.counts import FEWEST, Counts, add_to_tally, counts_by_township, withheld
from tests.inspectors import Channel

IN_2027 = date(2027, 1, 1)


def shown(counts: Counts) -> tuple[object, ...]:
    """What a reader sees."""
    return tuple(counts.by_township[code] for code in sorted(counts.by_township)), counts.total


MOST = 16


@pytest.mark.parametrize("cells", [2, 3])
def test_whoever_knows_the_rule_works_out_nothing(cells: int) -> None:
    """Of all true tables, and orders in which more is withheld, that would be shown like this one: a withheld number may
    be any from nought to four that the total leaves room for, or five or more, so that it is not even known as small."""
    names = "ABC"[:cells]
    alike: defaultdict[tuple[object, ...], set[tuple[int, ...]]] = defaultdict(set)
    tables = [table for table in product(range(MOST + 1), repeat=cells) if sum(table) <= MOST]
    for table, order in product(tables, permutations(names)):
        alike[shown(withheld(dict(zip(names, table, strict=True)), order))].add(table)
    assert len(alike) > cells
    for (by_township, total), tables_alike in alike.items():
        for place, number in enumerate(by_township):
            possible = {table[place] for table in tables_alike}
            if number is not None:
                assert possible == {number}
            elif total is None:
                assert possible == set(range(FEWEST))  # fewer than five in all
            else:
                assert possible >= set(range(FEWEST)), (by_township, total)
                assert max(possible) >= FEWEST


@given(st.dictionaries(st.text("ABCDEFGH", min_size=1, max_size=1), st.integers(0, 40)))
def test_what_is_shown_is_true_and_never_small(exact: dict[str, int]) -> None:
    """A number shown is the right one and five or more; one withheld never stands alone in a total."""
    counts = withheld(exact, sorted(exact))
    assert counts.by_township.keys() == exact.keys()
    assert all(number is None or number == exact[code] >= FEWEST for code, number in counts.by_township.items())
    hidden = [code for code, number in counts.by_township.items() if number is None]
    if counts.total is not None and hidden:
        assert len(hidden) >= 2
        assert sum(exact[code] for code in hidden) >= FEWEST


@pytest.mark.parametrize(
    ("exact", "expected", "total"),
    [
        ({"A": 9, "B": 7}, {"A": 9, "B": 7}, 16),
        ({"A": 9, "B": 7, "C": 0}, {"A": 9, "B": None, "C": None}, 16),
        ({"A": 9, "B": 12, "C": 0}, {"A": 9, "B": None, "C": None}, 21),
        ({"A": 9, "B": 2, "C": 4}, {"A": 9, "B": None, "C": None}, 15),
        ({"A": 9, "B": 0, "C": 0}, {"A": None, "B": None, "C": None}, 9),
        ({"A": 0, "B": 0}, {"A": None, "B": None}, None),
        ({"A": 4}, {"A": None}, None),
        ({}, {}, None),
    ],
)
def test_examples(exact: dict[str, int], expected: dict[str, int | None], total: int | None) -> None:
    """Nought is told like four; a lone small number is withheld with another, large or not."""
    assert withheld(exact, sorted(exact, reverse=True)) == Counts(expected, total)


def test_a_closed_year_by_township(channel: Channel) -> None:
    """With the district's own reports under the district; nothing was filed is told like a few were."""
    t1, t2 = (channel.inspectors.areas[area] for area in ("T1", "T2"))
    with transaction(channel.sessions) as session:
        add_to_tally(session, channel.vault, 2026, [t1] * 6 + [t2] * 8)
        add_to_tally(session, channel.vault, 2026, [None] * 7)
        counts = counts_by_township(session, channel.vault, 2026, IN_2027)
        nothing = counts_by_township(session, channel.vault, 2025, IN_2027)
    assert counts == Counts({"T1": 6, "T2": 8, "D": 7}, 21)
    assert nothing == Counts({"T1": None, "T2": None, "D": None}, None)


@pytest.mark.parametrize("year", [2027, 2028])
def test_a_year_that_is_not_over_is_not_counted(channel: Channel, year: int) -> None:
    """Looked at each morning, it would tell on which day somebody wrote."""
    with transaction(channel.sessions) as session, pytest.raises(NotAllowed, match="closed years only"):
        counts_by_township(session, channel.vault, year, IN_2027)
