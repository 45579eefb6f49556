"""When the verdict is uncertain: each ground of the policy facts, section 3, and its near misses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.core.policy.cases import ADOPTED, DAUGHTER, DEAD, GIVEN_AWAY, HUNAN_DAY, PILOT_DAY, SON, STEP, born
from tests.core.policy.test_eligibility import judged

BORN_THREE = [DAUGHTER, DEAD, {**GIVEN_AWAY, "alive": False}]

CASES: list[tuple[str, str, dict[str, Any], tuple[str, ...]]] = [
    ("nothing doubtful, pilot", PILOT_DAY, {}, ()),
    ("nothing doubtful, 2017", HUNAN_DAY, {}, ()),
    ("31 December of the 60th year", PILOT_DAY, {"birth_date": "1950-12-31"}, ("born_31_december",)),
    ("31 December of the 60th year, 2017", HUNAN_DAY, {"birth_date": "1959-12-31"}, ("born_31_december",)),
    ("30 December of the 60th year", PILOT_DAY, {"birth_date": "1950-12-30"}, ()),
    ("31 December of the 61st year", PILOT_DAY, {"birth_date": "1949-12-31"}, ()),
    ("31 December of the 59th year", PILOT_DAY, {"birth_date": "1951-12-31"}, ()),
    ("papers disagree", HUNAN_DAY, {"register_birth_date": "1945-05-06"}, ("birth_date_conflict",)),
    ("claims to be old enough", PILOT_DAY, {"birth_date": "1951-01-02", "claimed_birth_date": "1950-01-02"}, ("claimed_birth_date",)),
    ("claims to be too young", PILOT_DAY, {"claimed_birth_date": "1951-01-02"}, ("claimed_birth_date",)),
    ("claims what changes nothing", PILOT_DAY, {"claimed_birth_date": "1946-01-02"}, ()),
    ("claims what the papers say", PILOT_DAY, {"birth_date": "1951-01-02", "claimed_birth_date": "1951-01-02"}, ()),
    ("claims beside a register that agrees", PILOT_DAY, {"register_birth_date": "1945-05-05", "claimed_birth_date": "1946-01-02"}, ()),
    ("a lunar birthday is without effect", PILOT_DAY, {"claimed_lunar_birth": "1951-01-02"}, ()),
    ("divorced, together", PILOT_DAY, {"marital_status": "divorced", "lives_with_ex": True}, ("divorced_lives_with_ex",)),
    ("divorced, together, 2017", HUNAN_DAY, {"marital_status": "divorced", "lives_with_ex": True}, ("divorced_lives_with_ex",)),
    ("divorced, apart", PILOT_DAY, {"marital_status": "divorced", "ex_spouse_hukou": "urban"}, ()),
    ("violation after 2001 only", PILOT_DAY, {"birth_violation_after_2001": True}, ("violation_after_2001_only",)),
    ("violation after 2001 too", PILOT_DAY, {"birth_violation_after_2001": True, "birth_violation_1973_2001": True}, ()),
    ("violation after 2001 only, 2017", HUNAN_DAY, {"birth_violation_after_2001": True}, ()),
    ("early birth only", PILOT_DAY, {"early_or_spacing_breach": True}, ("early_or_spacing_breach_only",)),
    ("early birth and a violation", PILOT_DAY, {"early_or_spacing_breach": True, "birth_violation_1973_2001": True}, ()),
    ("early birth only, 2017", HUNAN_DAY, {"early_or_spacing_breach": True}, ()),
    ("three born, one lives", PILOT_DAY, {"children": BORN_THREE}, ("more_than_two_ever_born",)),
    ("three born, one lives, 2017", HUNAN_DAY, {"children": BORN_THREE}, ("more_than_two_ever_born",)),
    ("three born, one lives, a violation", PILOT_DAY, {"children": BORN_THREE, "birth_violation_1973_2001": True}, ()),
    ("three born, too many live", PILOT_DAY, {"children": [SON, SON, DEAD]}, ()),
    ("two born and a step", PILOT_DAY, {"children": [DAUGHTER, DEAD, {**STEP, "alive": False}]}, ()),
    ("living adopted girl beside one's own", PILOT_DAY, {"children": [DAUGHTER, ADOPTED]}, ("living_adopted_child",)),
    ("only an adopted child", PILOT_DAY, {"children": [ADOPTED]}, ("living_adopted_child",)),
    ("dead adopted girl", PILOT_DAY, {"children": [DAUGHTER, {**ADOPTED, "alive": False}]}, ()),
    ("adopted among too many", PILOT_DAY, {"children": [SON, ADOPTED]}, ()),
    ("living adopted girl, 2017", HUNAN_DAY, {"children": [DAUGHTER, ADOPTED]}, ()),
    ("no child in the period", HUNAN_DAY, {"children": [born("1972-01-01")]}, ("no_child_in_policy_period",)),
    ("no child in the period, pilot", PILOT_DAY, {"children": [born("1972-01-01")]}, ()),
    ("never a child", HUNAN_DAY, {"children": []}, ()),
    ("urban pension, 2017", HUNAN_DAY, {"urban_pension": True}, ("own_urban_pension",)),
    ("urban pension, pilot", PILOT_DAY, {"urban_pension": True}, ()),
]  # fmt: skip


@pytest.mark.parametrize(("label", "as_of", "changes", "reasons"), CASES, ids=[case[0] for case in CASES])
def test_each_ground_of_doubt(label: str, as_of: str, changes: dict[str, Any], reasons: tuple[str, ...]) -> None:
    """Exactly the grounds listed make a verdict uncertain."""
    verdict = judged(as_of, **changes)
    assert verdict.uncertain_reasons == reasons
    assert verdict.uncertain is bool(reasons)
