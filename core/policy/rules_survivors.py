"""The rules about when children came and how many live: own, given away, with an ex, step and adopted alike."""

from __future__ import annotations

from datetime import date

from core.policy.facts import Child, Facts, Sex
from core.policy.finding import FAILS, PASSES, Finding, unknown
from core.policy.limits import Limits


def no_child_in_policy_period(facts: Facts, as_of: date, limits: Limits) -> Finding:
    """A child, living or dead, was born or adopted from 1973-01-01 to 2015-12-31. (湘卫家庭发〔2017〕2号 §1)

    An adopted child counts by its birth date, for the adoption's date is not among the facts.
    """
    if facts.children is None:
        return unknown("children")
    births = [child.birth_date for child in facts.children]
    if any(birth and limits.in_policy_period(birth) for birth in births):
        return PASSES
    return unknown("children.birth_date") if None in births else FAILS


def surviving_children(facts: Facts, as_of: date, limits: Limits) -> Finding:
    """The couple's living children are none left, one, or exactly two girls. (湘人口发〔2008〕32号 §1;
    湘卫家庭发〔2017〕2号 §1; who is counted: S6 item 3)
    """
    if facts.children is None:
        return unknown("children")
    living = [child for child in facts.children if child.alive]
    if _too_many(living):
        return FAILS
    at_most = [child for child in facts.children if child.alive is not False]
    if _certainly_fits(at_most):
        return PASSES
    missing = {"children.alive": len(at_most) > len(living), "children.sex": any(c.sex is None for c in at_most)}
    return unknown(*(key for key, wanted in missing.items() if wanted))


def _too_many(living: list[Child]) -> bool:
    """Whether these alone break the count, whatever else is not known; a child more never mends it."""
    return len(living) > 2 or (len(living) == 2 and any(child.sex is Sex.MALE for child in living))


def _certainly_fits(at_most: list[Child]) -> bool:
    """Whether these fit the count, and so would any fewer of them."""
    return len(at_most) <= 1 or (len(at_most) == 2 and all(child.sex is Sex.FEMALE for child in at_most))
