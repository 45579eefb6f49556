"""The verdict: each failure code on both sides of its boundary, in either rule set."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.policy.eligibility import Verdict, judge
from core.policy.facts import Facts
from core.policy.rule_set import all_rule_sets
from tests.core.policy.cases import (
    ADOPTED,
    ALL_FOUR,
    CANONICAL,
    DAUGHTER,
    DEAD,
    GIVEN_AWAY,
    GOOD,
    HUNAN_DAY,
    PILOT_DAY,
    SNATCHED,
    SON,
    SPOUSE,
    STEP,
    WITH_EX,
    born,
)


def judged(as_of: str, **changes: Any) -> Verdict:
    """The verdict on the good applicant with `changes`."""
    return judge(Facts.from_json({**GOOD, **changes}), date.fromisoformat(as_of))


URBAN_WIFE = {**SPOUSE, "hukou": "urban"}

BOTH_ERAS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("nothing wrong", {}, []),
    ("dead", {"alive": False, "death_date": "2009-01-01"}, ["not_alive"]),
    ("register agrees", {"register_birth_date": "1945-05-05"}, []),
    ("register disagrees", {"register_birth_date": "1945-05-06"}, ["birth_date_conflict"]),
    ("hukou waiting", {"hukou": "unsettled"}, ["hukou_unsettled"]),
    ("hukou urban", {"hukou": "urban"}, ["self_hukou_not_rural"]),
    ("rural resident", {"hukou": "rural_resident"}, []),
    ("unified with all four tests", {"hukou": "unified_resident", "rural_tests": ALL_FOUR}, []),
    (
        "unified with urban security",
        {"hukou": "unified_resident", "rural_tests": {**ALL_FOUR, "urban_social_security": True}},
        ["self_hukou_not_rural"],
    ),
    (
        "unified without land",
        {"hukou": "unified_resident", "rural_tests": {**ALL_FOUR, "contracted_land": False}},
        ["self_hukou_not_rural"],
    ),
    (
        "unified without village address",
        {"hukou": "unified_resident", "rural_tests": {**ALL_FOUR, "village_committee_address": False}},
        ["self_hukou_not_rural"],
    ),
    (
        "unified without the tax",
        {"hukou": "unified_resident", "rural_tests": {**ALL_FOUR, "paid_agri_tax_before_2005": False}},
        ["self_hukou_not_rural"],
    ),
    ("tests without effect on agricultural", {"rural_tests": {"urban_social_security": True}}, []),
    ("another village of the district", {"hukou_place": "other_village_same_district"}, []),
    ("another province", {"hukou_place": "other_province"}, ["hukou_not_local"]),
    ("violation in the national window", {"birth_violation_1973_2001": True}, ["birth_violation"]),
    ("violation after the national window", {"birth_violation_after_2001": True}, ["birth_violation"]),
    ("early or close birth", {"early_or_spacing_breach": True}, []),
    ("no child ever", {"children": []}, ["never_had_child"]),
    ("only a stepchild: born to the spouse", {"children": [STEP]}, []),
    ("the only child dead", {"children": [DEAD]}, []),
    ("one son", {"children": [SON]}, []),
    ("two girls", {"children": [DAUGHTER, DAUGHTER]}, []),
    ("two sons", {"children": [SON, SON]}, ["surviving_children"]),
    ("boy and girl", {"children": [DAUGHTER, SON]}, ["surviving_children"]),
    ("boy and girl, boy dead", {"children": [DAUGHTER, {**SON, "alive": False}]}, []),
    ("three girls", {"children": [DAUGHTER] * 3}, ["surviving_children"]),
    ("one given away counts", {"children": [SON, GIVEN_AWAY]}, ["surviving_children"]),
    ("one with the ex counts", {"children": [SON, WITH_EX]}, ["surviving_children"]),
    ("a stepson counts", {"children": [DAUGHTER, {**STEP, "sex": "male"}]}, ["surviving_children"]),
    ("an adopted son counts", {"children": [DAUGHTER, {**ADOPTED, "sex": "male"}]}, ["surviving_children"]),
    ("own girl and stepdaughter are two girls", {"children": [DAUGHTER, STEP]}, []),
    ("born on 1 January 1933", {"birth_date": "1933-01-01"}, []),
    ("born on 31 December 1932", {"birth_date": "1932-12-31"}, ["born_before_1933"]),
]


@pytest.mark.parametrize("as_of", [PILOT_DAY, HUNAN_DAY])
@pytest.mark.parametrize(("label", "changes", "failed"), BOTH_ERAS, ids=[case[0] for case in BOTH_ERAS])
def test_conditions_of_both_rule_sets(label: str, changes: dict[str, Any], failed: list[str], as_of: str) -> None:
    """What the two rule sets share."""
    verdict = judged(as_of, **changes)
    assert list(verdict.failed) == failed
    assert verdict.eligible is not bool(failed)
    assert verdict.missing == ()


PILOT_AND_2017: list[tuple[str, dict[str, Any], list[str], list[str]]] = [
    ("urban wife", {"spouse": URBAN_WIFE}, ["spouse_hukou_not_rural"], []),
    ("urban wife, remarried", {"spouse": URBAN_WIFE, "marital_status": "remarried"}, ["spouse_hukou_not_rural"], []),
    ("urban wife, common law", {"spouse": URBAN_WIFE, "marital_status": "common_law"}, ["spouse_hukou_not_rural"], []),
    ("urban wife dead", {"spouse": {**URBAN_WIFE, "alive": False}}, [], []),
    ("widowed", {"marital_status": "widowed", "spouse": None}, [], []),
    ("divorced from an urban one", {"marital_status": "divorced", "spouse": URBAN_WIFE}, [], []),
    ("never married", {"marital_status": "never_married", "spouse": None}, [], []),
    ("wife's hukou waiting", {"spouse": {**SPOUSE, "hukou": "unsettled"}}, ["spouse_hukou_not_rural"], []),
    (
        "wife unified, tests passed",
        {"spouse": {**SPOUSE, "hukou": "unified_resident", "rural_tests": ALL_FOUR}},
        [],
        [],
    ),
    (
        "wife unified, no land",
        {"spouse": {**SPOUSE, "hukou": "unified_resident", "rural_tests": {**ALL_FOUR, "contracted_land": False}}},
        ["spouse_hukou_not_rural"],
        [],
    ),
    ("own urban pension", {"urban_pension": True}, ["urban_pension"], []),
    ("a rural pension", {"rural_pension": True}, [], []),
    (
        "unified, tests passed, urban pension",
        {"hukou": "unified_resident", "rural_tests": ALL_FOUR, "urban_pension": True},
        ["urban_pension"],
        [],
    ),
    ("wife's urban pension", {"spouse": {**SPOUSE, "urban_pension": True}}, ["spouse_urban_pension"], []),
    ("dead wife's urban pension", {"spouse": {**SPOUSE, "alive": False, "urban_pension": True}}, [], []),
    ("only an adopted child", {"children": [ADOPTED]}, ["never_had_child"], []),
    ("only unlawfully adopted", {"children": [SNATCHED]}, ["never_had_child"], ["illegal_adoption", "never_had_child"]),
    (
        "three unlawfully adopted: never_had_child stands for the count",
        {"children": [SNATCHED] * 3},
        ["never_had_child"],
        ["illegal_adoption", "never_had_child"],
    ),
    ("own girl and unlawful one", {"children": [DAUGHTER, SNATCHED]}, [], ["illegal_adoption"]),
    ("unlawful one dead", {"children": [DAUGHTER, {**SNATCHED, "alive": False}]}, [], ["illegal_adoption"]),
    ("only child b. 31 December 1972", {"children": [born("1972-12-31")]}, [], ["no_child_in_policy_period"]),
    ("only child b. 1 January 1973", {"children": [born("1973-01-01")]}, [], []),
    ("only child b. 31 December 2015", {"children": [born("2015-12-31")]}, [], []),
    ("only child b. 1 January 2016", {"children": [born("2016-01-01")]}, [], ["no_child_in_policy_period"]),
    ("in the period only a dead one", {"children": [born("1970-01-01"), born("1975-01-01", DEAD)]}, [], []),
    (
        "only before the period, and too many",
        {"children": [born("1970-01-01", SON), born("1971-01-01", SON)]},
        ["surviving_children"],
        ["no_child_in_policy_period", "surviving_children"],
    ),
    ("lawfully adopted, by its birth date", {"children": [born("1972-01-01", ADOPTED)]}, ["never_had_child"], ["no_child_in_policy_period"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("label", "changes", "pilot", "hunan"), PILOT_AND_2017, ids=[case[0] for case in PILOT_AND_2017]
)
def test_conditions_of_one_rule_set(label: str, changes: dict[str, Any], pilot: list[str], hunan: list[str]) -> None:
    """What the pilot and the 2017 rules see differently."""
    assert list(judged(PILOT_DAY, **changes).failed) == pilot
    assert list(judged(HUNAN_DAY, **changes).failed) == hunan


@pytest.mark.parametrize(
    ("birth", "as_of", "failed"),
    [
        ("1950-11-30", "2010-04-01", ()),
        ("1950-12-31", "2010-01-01", ()),
        ("1951-01-01", "2010-12-31", ("under_60",)),
        ("1951-01-02", "2010-04-01", ("under_60",)),
        ("1959-12-31", "2019-01-01", ()),
        ("1960-01-01", "2019-12-31", ("under_60",)),
    ],
)
def test_sixty_is_reached_by_the_end_of_the_year(birth: str, as_of: str, failed: tuple[str, ...]) -> None:
    """Only the year counts."""
    assert judged(as_of, birth_date=birth).failed == failed


def test_the_rule_set_changes_on_20_november_2017() -> None:
    """The 2017 text is in force from its publication on."""
    assert judged("2017-11-19", spouse=URBAN_WIFE).failed == ("spouse_hukou_not_rural",)
    assert judged("2017-11-20", spouse=URBAN_WIFE).failed == ()
    assert judged("2017-11-19").rule_set.name == "pilot"
    assert judged("2003-01-01").rule_set.name == "pilot"


def test_the_worked_examples() -> None:
    """Those of the policy facts, section 3."""
    one_son = {"birth_date": "1944-03-03", "sex": "male", "spouse": URBAN_WIFE, "children": [born("1975-01-01", SON)]}
    three = [born(f"{year}-06-01") for year in (1970, 1974, 1978)]
    assert judged("2010-04-01", **one_son).failed == ("spouse_hukou_not_rural",)
    assert judged("2019-04-01", **one_son).eligible is True
    assert judged("2010-04-01", birth_date="1944-01-01", children=[SON, SON]).failed == ("surviving_children",)
    verdict = judged("2010-04-01", birth_date="1944-01-01", children=three, birth_violation_1973_2001=True)
    assert verdict.failed == ("birth_violation", "surviving_children")


def test_every_failure_is_listed_in_canonical_order() -> None:
    """All that fails at once, in the one order."""
    everything = {
        "alive": False,
        "register_birth_date": "1932-01-02",
        "birth_date": "1932-01-01",
        "hukou": "urban",
        "spouse": {**URBAN_WIFE, "urban_pension": True},
        "hukou_place": "other_province",
        "urban_pension": True,
        "birth_violation_1973_2001": True,
        "children": [born("1970-01-01", SON), born("1971-01-01", SNATCHED)],
    }
    assert judged(PILOT_DAY, **everything).failed == tuple(
        code
        for code in CANONICAL
        if code
        not in {"hukou_unsettled", "illegal_adoption", "never_had_child", "no_child_in_policy_period", "under_60"}
    )
    assert judged(HUNAN_DAY, **everything).failed == (
        "not_alive",
        "birth_date_conflict",
        "self_hukou_not_rural",
        "hukou_not_local",
        "birth_violation",
        "illegal_adoption",
        "no_child_in_policy_period",
        "surviving_children",
        "born_before_1933",
    )


def test_rule_sets_keep_the_canonical_order() -> None:
    """The data names no code out of order, and none that is not canonical."""
    for rules in all_rule_sets():
        codes = [condition.code for condition in rules.conditions]
        assert codes == [code for code in CANONICAL if code in codes]
