"""The pilot's rules about pensions and about a spouse; only a living present spouse counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from core.policy.facts import Facts, MaritalStatus, Spouse
from core.policy.finding import PASSES, Finding, fails_where, unknown
from core.policy.limits import Limits
from core.policy.rules_hukou import rural

_WITH_SPOUSE = {MaritalStatus.MARRIED, MaritalStatus.REMARRIED, MaritalStatus.COMMON_LAW}


def spouse_hukou_not_rural(facts: Facts, as_of: date, limits: Limits) -> Finding:
    """Where one of the couple is urban neither is rewarded. (湘人口发〔2008〕32号 §1; S5 §2.2)"""
    return _of_living_spouse(facts, lambda spouse: rural(spouse.hukou, spouse.rural_tests, owner="spouse."))


def urban_pension(facts: Facts, as_of: date, limits: Limits) -> Finding:
    """One who draws retirement pay or urban social security is out; the rural pension does no harm. (S5 §2.3)"""
    return fails_where(facts.urban_pension, "urban_pension")


def spouse_urban_pension(facts: Facts, as_of: date, limits: Limits) -> Finding:
    """The worker who draws retirement pay and his spouse are both out. (S5 §2.3)"""
    return _of_living_spouse(facts, lambda spouse: fails_where(spouse.urban_pension, "spouse.urban_pension"))


def _of_living_spouse(facts: Facts, rule: Callable[[Spouse], Finding]) -> Finding:
    """`rule` on the living present spouse; the widowed, divorced and single are judged on their own. (S5 §2.6)

    The pilot wants a lawful couple (湘人口发〔2008〕32号 §1), so the marital status has to be known first.
    """
    if facts.marital_status is None:
        return unknown("marital_status")
    if facts.marital_status not in _WITH_SPOUSE:
        return PASSES
    if facts.spouse is None:
        return unknown("spouse")
    if facts.spouse.alive is None:
        return unknown("spouse.alive")
    return rule(facts.spouse) if facts.spouse.alive else PASSES
