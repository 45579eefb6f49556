"""When a verdict is uncertain all the same ("please let the township check"): one function per reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from core.policy.facts import Child, Facts, MaritalStatus, Origin
from core.policy.finding import Finding, Outcome
from core.policy.limits import Limits

_BORN_TO_APPLICANT = {Origin.OWN, Origin.GIVEN_AWAY, Origin.WITH_EX}


@dataclass(frozen=True, slots=True)
class Reading:
    """A judged case: its facts, every rule's finding by code, and what other facts would be judged (`eligible_if`)."""

    facts: Facts
    as_of: date
    limits: Limits
    findings: Mapping[str, Finding]
    eligible_if: Callable[[Facts], bool | None]

    def outcome(self, code: str) -> Outcome:
        """What the rule `code` says, whether or not the verdict lists it."""
        return self.findings[code].outcome

    @property
    def children(self) -> tuple[Child, ...]:
        """The children known of."""
        return self.facts.children or ()


def born_31_december(reading: Reading) -> bool:
    """Born on 31 December of the year that makes sixty now: the papers say "before 31 December". (S5 §1.4)"""
    birth = reading.facts.birth_date
    if birth is None or (birth.month, birth.day) != (12, 31):
        return False
    return reading.limits.reached_in(birth) == reading.as_of.year


def birth_date_conflict(reading: Reading) -> bool:
    """ID card and household register disagree: either may be corrected."""
    return reading.outcome("birth_date_conflict") is Outcome.FAILS


def claimed_birth_date(reading: Reading) -> bool:
    """The applicant claims a birth date, other than the documents', that would change the verdict."""
    facts = reading.facts
    documents = {facts.birth_date, facts.register_birth_date}
    if facts.birth_date is None or facts.claimed_birth_date is None or facts.claimed_birth_date in documents:
        return False
    undisputed = replace(facts, register_birth_date=None)
    claimed = replace(undisputed, birth_date=facts.claimed_birth_date)
    return reading.eligible_if(claimed) != reading.eligible_if(undisputed)


def divorced_lives_with_ex(reading: Reading) -> bool:
    """Divorced, yet living together: a couple in Sichuan (S12); Hunan's view was not found."""
    return reading.facts.marital_status is MaritalStatus.DIVORCED and reading.facts.lives_with_ex


def violation_after_2001_only(reading: Reading) -> bool:
    """The only violation lies after 2001: outside the national window (S2), inside Hunan's wording (S3)."""
    return reading.facts.birth_violation_after_2001 and not reading.facts.birth_violation_1973_2001


def early_or_spacing_breach_only(reading: Reading) -> bool:
    """Only an early or closely spaced birth: whether the pilot counted it was not found."""
    return reading.facts.early_or_spacing_breach and reading.outcome("birth_violation") is not Outcome.FAILS


def more_than_two_ever_born(reading: Reading) -> bool:
    """More than two ever born, yet the survivors pass and no violation: some papers say "only ever bore". (S6, S5)"""
    born = [child for child in reading.children if child.origin in _BORN_TO_APPLICANT]
    survivors_pass = reading.outcome("surviving_children") is Outcome.PASSES
    return len(born) > 2 and survivors_pass and reading.outcome("birth_violation") is not Outcome.FAILS


def living_adopted_child(reading: Reading) -> bool:
    """A living adopted child among survivors that pass the count: the pilot's view of adopters was not found."""
    adopted = any(child.alive and child.origin is Origin.ADOPTED for child in reading.children)
    return adopted and reading.outcome("surviving_children") is Outcome.PASSES


def no_child_in_policy_period(reading: Reading) -> bool:
    """No child in 1973-2015 while one was had at another time: the township looks at the papers."""
    left_out = reading.outcome("never_had_child") is Outcome.FAILS
    return not left_out and reading.outcome("no_child_in_policy_period") is Outcome.FAILS


def own_urban_pension(reading: Reading) -> bool:
    """An urban pension: the 2017 text seen names none, other provinces exclude it. (S34)"""
    return bool(reading.facts.urban_pension)
