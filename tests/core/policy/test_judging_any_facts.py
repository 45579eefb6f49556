"""What holds of every verdict, whatever is known."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.policy.eligibility import judge
from core.policy.facts import Facts
from tests.core.policy.cases import CANONICAL
from tests.core.policy.strategies import CHILDREN, FACTS, JUDGING_DAYS, SPOUSES, TESTS

# Codes that give way to another once it is known to fail.
STOOD_FOR = {
    "self_hukou_not_rural": "hukou_unsettled",
    "surviving_children": "never_had_child",
    "no_child_in_policy_period": "never_had_child",
}


@settings(max_examples=400)
@given(FACTS, JUDGING_DAYS)
def test_any_facts_get_a_consistent_verdict(facts: Facts, as_of: date) -> None:
    """Judging never raises; false means a failure, null means something to ask and nothing failed."""
    verdict = judge(facts, as_of)
    assert list(verdict.failed) == [code for code in CANONICAL if code in verdict.failed]
    assert (verdict.eligible is False) == bool(verdict.failed)
    assert (verdict.eligible is None) == (not verdict.failed and bool(verdict.missing))


def _known_further(draw: Any, less: Any, more: Any) -> Any:
    """`less` with some of its unknown fields filled from `more`."""
    changes = {}
    for field in fields(less):
        mine, theirs = getattr(less, field.name), getattr(more, field.name)
        if mine is None and draw(st.booleans()):
            changes[field.name] = theirs
        elif is_dataclass(mine) and is_dataclass(theirs):
            changes[field.name] = _known_further(draw, mine, theirs)
        elif field.name == "children" and mine:
            changes[field.name] = tuple(_known_further(draw, child, draw(CHILDREN)) for child in mine)
    return replace(less, **changes)


@settings(max_examples=400)
@given(st.data(), FACTS, FACTS, SPOUSES, TESTS, JUDGING_DAYS)
def test_learning_more_never_undoes_a_certain_failure(
    data: st.DataObject, facts: Facts, further: Facts, spouse: Any, tests: Any, as_of: date
) -> None:
    """What failed for certain still fails, or the code that stands for it does; eligible stays eligible."""
    further = replace(
        further,
        register_birth_date=facts.register_birth_date,
        spouse=further.spouse or spouse,
        rural_tests=further.rural_tests or tests,
        claimed_birth_date=None,
    )
    before, after = judge(facts, as_of), judge(_known_further(data.draw, facts, replace(further)), as_of)
    for code in before.failed:
        assert code in after.failed or STOOD_FOR.get(code) in after.failed
    if before.eligible and facts.register_birth_date is None:
        assert after.eligible
