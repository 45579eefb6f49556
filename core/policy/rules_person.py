"""The rules about the applicant alone: being alive, papers that agree, age."""

from __future__ import annotations

from datetime import date

from core.policy.facts import Facts
from core.policy.finding import FAILS, PASSES, Finding, fails_where, unknown
from core.policy.limits import Limits


def not_alive(facts: Facts, as_of: date, limits: Limits) -> Finding:
    """The reward is the living person's; it stops on death. (policy-facts §4: S24, S25)"""
    return fails_where(None if facts.alive is None else not facts.alive, "alive")


def birth_date_conflict(facts: Facts, as_of: date, limits: Limits) -> Finding:
    """ID card and household register must show the same birth date; else it is to be corrected first. (general
    knowledge, policy-facts §3.2)
    """
    if facts.register_birth_date is None:
        return PASSES
    if facts.birth_date is None:
        return unknown("birth_date")
    return FAILS if facts.register_birth_date != facts.birth_date else PASSES


def born_before_1933(facts: Facts, as_of: date, limits: Limits) -> Finding:
    """Born on 1 January 1933 or later, that day included. (Hunan early text, S5 §1; 湘卫家庭发〔2017〕2号 §1)"""
    if facts.birth_date is None:
        return unknown("birth_date")
    return FAILS if facts.birth_date < limits.earliest_birth else PASSES


def under_60(facts: Facts, as_of: date, limits: Limits) -> Finding:
    """Sixty by 31 December of the reward year, women and men alike, by the ID card's solar date. (S5 §1.4;
    湘卫家庭发〔2017〕2号 §1)
    """
    if facts.birth_date is None:
        return unknown("birth_date")
    return FAILS if as_of.year < limits.reached_in(facts.birth_date) else PASSES
