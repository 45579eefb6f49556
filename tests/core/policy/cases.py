"""Ready-made applicants: one who passes everything in either rule set, to be changed in one point by a case."""

from __future__ import annotations

from typing import Any

PILOT_DAY = "2010-04-01"
HUNAN_DAY = "2019-04-01"

DAUGHTER: dict[str, Any] = {
    "parity": 1,
    "sex": "female",
    "birth_date": "1975-05-01",
    "alive": True,
    "origin": "own",
}
SON = {**DAUGHTER, "sex": "male"}
DEAD = {**DAUGHTER, "alive": False}
ADOPTED = {**DAUGHTER, "origin": "adopted", "adoption_lawful": True}
SNATCHED = {**ADOPTED, "adoption_lawful": False}
STEP = {**DAUGHTER, "origin": "step"}
GIVEN_AWAY = {**DAUGHTER, "origin": "given_away"}
WITH_EX = {**DAUGHTER, "origin": "with_ex"}

SPOUSE: dict[str, Any] = {"alive": True, "hukou": "agricultural", "urban_pension": False}
ALL_FOUR = {
    "village_committee_address": True,
    "contracted_land": True,
    "paid_agri_tax_before_2005": True,
    "urban_social_security": False,
}

GOOD: dict[str, Any] = {
    "sex": "female",
    "birth_date": "1945-05-05",
    "alive": True,
    "hukou": "agricultural",
    "hukou_place": "this_village",
    "urban_pension": False,
    "marital_status": "married",
    "spouse": SPOUSE,
    "children": [DAUGHTER],
    "birth_violation_1973_2001": False,
}

CANONICAL = (
    "not_alive",
    "birth_date_conflict",
    "hukou_unsettled",
    "self_hukou_not_rural",
    "spouse_hukou_not_rural",
    "hukou_not_local",
    "urban_pension",
    "spouse_urban_pension",
    "birth_violation",
    "illegal_adoption",
    "never_had_child",
    "no_child_in_policy_period",
    "surviving_children",
    "born_before_1933",
    "under_60",
)


def born(day: str, child: dict[str, Any] = DAUGHTER) -> dict[str, Any]:
    """`child`, born on `day`."""
    return {**child, "birth_date": day}


def without(child: dict[str, Any], key: str) -> dict[str, Any]:
    """`child`, or any object, of which `key` is not known."""
    return {name: value for name, value in child.items() if name != key}
