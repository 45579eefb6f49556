"""The rules about births and adoptions: none against the rules, and a child ever had."""

from __future__ import annotations

from datetime import date

from core.policy.facts import Child, Facts, Origin
from core.policy.finding import FAILS, PASSES, Finding, unknown
from core.policy.limits import Limits


def birth_violation(facts: Facts, as_of: date, limits: Limits) -> Finding:
    """No birth against the rules from 1973 on, without an end year. (湘人口发〔2008〕32号 §1; by number only since
    湘卫家庭发〔2017〕2号 §1)
    """
    if facts.birth_violation_1973_2001 or facts.birth_violation_after_2001:
        return FAILS
    return unknown("birth_violation_1973_2001") if facts.birth_violation_1973_2001 is None else PASSES


def illegal_adoption(facts: Facts, as_of: date, limits: Limits) -> Finding:
    """No child, living or dead, was adopted unlawfully. (湘卫家庭发〔2017〕2号 §1)"""
    if facts.children is None:
        return unknown("children")
    if any(child.origin is Origin.ADOPTED and child.adoption_lawful is False for child in facts.children):
        return FAILS
    if any(child.origin is None and child.adoption_lawful is not True for child in facts.children):
        return unknown("children.origin")
    if any(child.origin is Origin.ADOPTED and child.adoption_lawful is None for child in facts.children):
        return unknown("children.adoption_lawful")
    return PASSES


def no_child_born(facts: Facts, as_of: date, limits: Limits) -> Finding:
    """A child was born to the applicant or the spouse: adoption alone does not qualify. (pilot; S14, S15; the
    reading of adoption is general knowledge)
    """
    return _ever_had(facts.children, lawfully_adopted_counts=False)


def no_child_born_or_adopted(facts: Facts, as_of: date, limits: Limits) -> Finding:
    """A child was born or lawfully adopted. (湘卫家庭发〔2017〕2号 §1)"""
    return _ever_had(facts.children, lawfully_adopted_counts=True)


def _ever_had(children: tuple[Child, ...] | None, *, lawfully_adopted_counts: bool) -> Finding:
    if children is None:
        return unknown("children")
    missing = []
    for child in children:
        if child.origin is None:
            missing.append("children.origin")
        elif child.origin is not Origin.ADOPTED:
            return PASSES
        elif lawfully_adopted_counts and child.adoption_lawful is None:
            missing.append("children.adoption_lawful")
        elif lawfully_adopted_counts and child.adoption_lawful:
            return PASSES
    return unknown(*missing) if missing else FAILS
