"""The rules about the applicant's own hukou: settled, rural, local."""

from __future__ import annotations

from datetime import date

from core.policy.facts import Facts, Hukou, HukouPlace, RuralTests
from core.policy.finding import FAILS, PASSES, Finding, fails_where, unknown
from core.policy.limits import Limits


def hukou_unsettled(facts: Facts, as_of: date, limits: Limits) -> Finding:
    """A hukou still waiting to be entered (口袋户、待定待落) is not registered until it is settled. (S5 §2.4)"""
    return fails_where(None if facts.hukou is None else facts.hukou is Hukou.UNSETTLED, "hukou")


def self_hukou_not_rural(facts: Facts, as_of: date, limits: Limits) -> Finding:
    """The applicant's own hukou is agricultural, or that of a rural resident. (湘人口发〔2008〕32号 §1;
    湘卫家庭发〔2017〕2号 §1)
    """
    return rural(facts.hukou, facts.rural_tests, owner="")


def hukou_not_local(facts: Facts, as_of: date, limits: Limits) -> Finding:
    """The hukou lies in this district; each declares where the hukou is. (S5 §1, §2.5)"""
    place = facts.hukou_place
    return fails_where(None if place is None else place is HukouPlace.OTHER_PROVINCE, "hukou_place")


def rural(hukou: Hukou | None, tests: RuralTests | None, owner: str) -> Finding:
    """Agricultural and rural_resident pass; a unified hukou passes with all four tests; any other fails. (S5 §2.1)

    `owner` stands before the keys of missing facts: "" or "spouse.".
    """
    if hukou is None:
        return unknown(f"{owner}hukou")
    if hukou is Hukou.UNIFIED_RESIDENT:
        return _all_four(tests or RuralTests(), f"{owner}rural_tests.")
    return PASSES if hukou in {Hukou.AGRICULTURAL, Hukou.RURAL_RESIDENT} else FAILS


def _all_four(tests: RuralTests, path: str) -> Finding:
    """Address under a village committee, contracted land, agricultural tax before 2005, no urban social security."""
    passed = {
        "village_committee_address": tests.village_committee_address,
        "contracted_land": tests.contracted_land,
        "paid_agri_tax_before_2005": tests.paid_agri_tax_before_2005,
        "urban_social_security": None if tests.urban_social_security is None else not tests.urban_social_security,
    }
    if False in passed.values():
        return FAILS
    missing = tuple(path + name for name, answer in passed.items() if answer is None)
    return unknown(*missing) if missing else PASSES
