"""The dates and ages that a rule set measures by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Limits:
    """Values of one rule set; each stands in data/rule_sets.yaml with its source."""

    age: int
    earliest_birth: date
    policy_period_from: date
    policy_period_to: date

    def in_policy_period(self, day: date) -> bool:
        """Whether `day` lies in the policy period, both ends included."""
        return self.policy_period_from <= day <= self.policy_period_to

    def reached_in(self, birth: date) -> int:
        """The calendar year in which one born on `birth` reaches the age."""
        return birth.year + self.age
