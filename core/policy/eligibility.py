"""The verdict on one applicant on one day, by the rule set in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

from core.policy import uncertainty
from core.policy.facts import Facts
from core.policy.finding import Finding, Outcome
from core.policy.rule_set import RuleSet, rule_set_on


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say.

    `eligible` is None where a missing fact could still turn the verdict; `failed` lists in canonical order every code
    that fails for certain; `missing` the facts still to be asked; `findings` what each condition of the rule set
    says, by code and in canonical order. `uncertain` means: let the township check, whatever `eligible` says.
    """

    eligible: bool | None
    failed: tuple[str, ...]
    uncertain_reasons: tuple[str, ...]
    missing: tuple[str, ...]
    rule_set: RuleSet
    findings: Mapping[str, Finding]

    @property
    def uncertain(self) -> bool:
        """Whether the reading is disputed or the papers need a look."""
        return bool(self.uncertain_reasons)


def judge(facts: Facts, as_of: date) -> Verdict:
    """The verdict on `facts` on the day `as_of` (policy-facts §3). Never raises."""
    rules = rule_set_on(as_of)
    findings = _findings(facts, as_of, rules)
    listed = _listed(findings, rules)
    reading = uncertainty.Reading(facts, as_of, rules.limits, findings, partial(_eligible_if, as_of, rules))
    return Verdict(
        eligible=_eligible(listed),
        failed=tuple(code for code, finding in listed.items() if finding.outcome is Outcome.FAILS),
        uncertain_reasons=tuple(reason for reason in rules.uncertain if getattr(uncertainty, reason)(reading)),
        missing=tuple(dict.fromkeys(key for finding in listed.values() for key in finding.missing)),
        rule_set=rules,
        findings=listed,
    )


def _findings(facts: Facts, as_of: date, rules: RuleSet) -> dict[str, Finding]:
    return {condition.code: condition.rule(facts, as_of, rules.limits) for condition in rules.conditions}


def _listed(findings: Mapping[str, Finding], rules: RuleSet) -> dict[str, Finding]:
    """`findings` without those that another failure stands for."""
    failed = {code for code, finding in findings.items() if finding.outcome is Outcome.FAILS}
    left_out = {condition.code for condition in rules.conditions if condition.left_out_where in failed}
    return {code: finding for code, finding in findings.items() if code not in left_out}


def _eligible(findings: Mapping[str, Finding]) -> bool | None:
    """False where any rule fails for certain, None where none does but a fact is missing, True where all pass."""
    outcomes = {finding.outcome for finding in findings.values()}
    if Outcome.FAILS in outcomes:
        return False
    return None if Outcome.UNKNOWN in outcomes else True


def _eligible_if(as_of: date, rules: RuleSet, facts: Facts) -> bool | None:
    return _eligible(_findings(facts, as_of, rules))
