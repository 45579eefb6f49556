"""Facts that are not known: null where one could turn the verdict, and the failures already certain."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.policy.eligibility import judge
from core.policy.facts import Facts
from tests.core.policy.cases import ADOPTED, ALL_FOUR, DAUGHTER, HUNAN_DAY, PILOT_DAY, SON, SPOUSE, without
from tests.core.policy.test_eligibility import judged

MISSING: list[tuple[str, str, dict[str, Any], bool | None, list[str], tuple[str, ...]]] = [
    ("alive", PILOT_DAY, {"alive": None}, None, [], ("alive",)),
    ("birth date", HUNAN_DAY, {"birth_date": None}, None, [], ("birth_date",)),
    ("birth date, register known", HUNAN_DAY, {"birth_date": None, "register_birth_date": "1940-01-01"}, None, [], ("birth_date",)),
    ("hukou", HUNAN_DAY, {"hukou": None}, None, [], ("hukou",)),
    ("place", HUNAN_DAY, {"hukou_place": None}, None, [], ("hukou_place",)),
    ("all four tests", HUNAN_DAY, {"hukou": "unified_resident"}, None, [], tuple(f"rural_tests.{test}" for test in ALL_FOUR)),
    ("one test", HUNAN_DAY, {"hukou": "unified_resident", "rural_tests": without(ALL_FOUR, "contracted_land")}, None, [], ("rural_tests.contracted_land",)),
    ("one test, another failed", HUNAN_DAY, {"hukou": "unified_resident", "rural_tests": {"contracted_land": False}}, False, ["self_hukou_not_rural"], ()),
    ("pension in the pilot", PILOT_DAY, {"urban_pension": None}, None, [], ("urban_pension",)),
    ("pension since 2017 is not asked", HUNAN_DAY, {"urban_pension": None}, True, [], ()),
    ("marital status in the pilot", PILOT_DAY, {"marital_status": None}, None, [], ("marital_status",)),
    ("marital status since 2017 is not asked", HUNAN_DAY, {"marital_status": None}, True, [], ()),
    ("spouse of a married one", PILOT_DAY, {"spouse": None}, None, [], ("spouse",)),
    ("spouse's life", PILOT_DAY, {"spouse": without(SPOUSE, "alive")}, None, [], ("spouse.alive",)),
    ("spouse's hukou", PILOT_DAY, {"spouse": without(SPOUSE, "hukou")}, None, [], ("spouse.hukou",)),
    ("spouse's pension", PILOT_DAY, {"spouse": without(SPOUSE, "urban_pension")}, None, [], ("spouse.urban_pension",)),
    ("violation", HUNAN_DAY, {"birth_violation_1973_2001": None}, None, [], ("birth_violation_1973_2001",)),
    ("violation, a later one known", HUNAN_DAY, {"birth_violation_1973_2001": None, "birth_violation_after_2001": True}, False, ["birth_violation"], ()),
    ("children", PILOT_DAY, {"children": None}, None, [], ("children",)),
    ("an only child's sex does not matter", HUNAN_DAY, {"children": [without(DAUGHTER, "sex")]}, True, [], ()),
    ("sex of one of two", HUNAN_DAY, {"children": [DAUGHTER, without(DAUGHTER, "sex")]}, None, [], ("children.sex",)),
    ("sex beside a son", HUNAN_DAY, {"children": [SON, without(DAUGHTER, "sex")]}, False, ["surviving_children"], ()),
    ("life of the second", HUNAN_DAY, {"children": [SON, without(SON, "alive")]}, None, [], ("children.alive",)),
    ("life of the fourth", HUNAN_DAY, {"children": [SON, SON, SON, without(SON, "alive")]}, False, ["surviving_children"], ()),
    ("origin in the pilot", PILOT_DAY, {"children": [without(DAUGHTER, "origin")]}, None, [], ("children.origin",)),
    ("origin beside an own child", PILOT_DAY, {"children": [DAUGHTER, without(DAUGHTER, "origin")]}, True, [], ()),
    ("lawfulness of the adoption", HUNAN_DAY, {"children": [without(ADOPTED, "adoption_lawful")]}, None, [], ("children.adoption_lawful",)),
    ("lawfulness does not matter in the pilot", PILOT_DAY, {"children": [DAUGHTER, without(ADOPTED, "adoption_lawful")]}, True, [], ()),
    ("a child's birth date", HUNAN_DAY, {"children": [without(DAUGHTER, "birth_date")]}, None, [], ("children.birth_date",)),
    ("a child's birth date in the pilot", PILOT_DAY, {"children": [without(DAUGHTER, "birth_date")]}, True, [], ()),
    ("hukou missing, yet too young", HUNAN_DAY, {"hukou": None, "birth_date": "1970-01-01"}, False, ["under_60"], ("hukou",)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("label", "as_of", "changes", "eligible", "failed", "missing"), MISSING, ids=[case[0] for case in MISSING]
)
def test_a_missing_fact_is_asked_for_never_guessed(
    label: str,
    as_of: str,
    changes: dict[str, Any],
    eligible: bool | None,
    failed: list[str],
    missing: tuple[str, ...],
) -> None:
    """Null with the failures already certain; false where one of them decides; nothing asked that changes nothing."""
    verdict = judged(as_of, **changes)
    assert (verdict.eligible, list(verdict.failed), verdict.missing) == (eligible, failed, missing)


def test_nothing_known_means_everything_asked() -> None:
    """An empty object is a case, not an error."""
    verdict = judge(Facts.from_json({}), date(2010, 4, 1))
    assert verdict.eligible is None
    assert verdict.failed == ()
    assert "children" in verdict.missing
