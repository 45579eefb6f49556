"""The data beside the rules: each condition has a rule and a source, each document is cited from its day on."""

from __future__ import annotations

from datetime import date

import pytest

from core.policy import uncertainty
from core.policy.rule_set import all_rule_sets, rule_set_on


def test_every_condition_has_a_rule_that_says_its_rule_and_its_source() -> None:
    """A rule without a docstring, or a condition without a source, could not be argued with."""
    for rules in all_rule_sets():
        for condition in rules.conditions:
            assert condition.rule.__doc__
            assert "(" in condition.rule.__doc__
            assert condition.citations


def test_every_ground_of_doubt_exists() -> None:
    """The data names only grounds that the code knows."""
    for rules in all_rule_sets():
        assert all(callable(getattr(uncertainty, reason)) for reason in rules.uncertain)


@pytest.mark.parametrize(
    ("as_of", "code", "number"),
    [
        (date(2008, 12, 8), "self_hukou_not_rural", "国人口发〔2004〕39号"),
        (date(2008, 12, 9), "self_hukou_not_rural", "湘人口发〔2008〕32号"),
        (date(2017, 11, 20), "self_hukou_not_rural", "湘卫家庭发〔2017〕2号"),
        (date(2020, 1, 1), "birth_date_conflict", None),
    ],
)
def test_a_document_is_cited_from_its_day_on(as_of: date, code: str, number: str | None) -> None:
    """Never before it was out, and never one that nobody named."""
    citation = rule_set_on(as_of).condition(code).document(as_of)
    assert (citation and citation.source.number) == number


def test_an_unknown_code_is_no_condition() -> None:
    """A pilot code is not to be found in the 2017 rules."""
    with pytest.raises(KeyError):
        rule_set_on(date(2020, 1, 1)).condition("urban_pension")


def test_year_alone_decides_the_earliest_birth() -> None:
    """The interview relies on it where only a year of birth is known."""
    for rules in all_rule_sets():
        assert (rules.limits.earliest_birth.month, rules.limits.earliest_birth.day) == (1, 1)
