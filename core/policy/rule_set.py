"""Which rules hold on a day: the sets of data/rule_sets.yaml, their conditions in canonical order, their sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import yaml

from core.policy import rules_births, rules_couple, rules_hukou, rules_person, rules_survivors
from core.policy.facts import Facts
from core.policy.finding import Finding
from core.policy.limits import Limits

Rule = Callable[[Facts, date, Limits], Finding]


@dataclass(frozen=True, slots=True)
class Source:
    """A document that a condition rests on. `number`, `number_en` and `issued` are None where not known."""

    title: str
    seen: str
    number: str | None = None
    number_en: str | None = None
    issued: date | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A source and the clause of it, "" where the clause is not known."""

    source: Source
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """One failure code with its rule; it is left out where the code `left_out_where` fails."""

    code: str
    rule: Rule
    citations: tuple[Citation, ...]
    left_out_where: str | None = None

    def document(self, as_of: date) -> Citation | None:
        """The first numbered document behind the condition that was out by `as_of`; None where there is none."""
        for citation in self.citations:
            issued = citation.source.issued
            if citation.source.number and issued and issued <= as_of:
                return citation
        return None


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of one province from one day on."""

    name: str
    province: str
    in_force_from: date
    limits: Limits
    conditions: tuple[Condition, ...]
    uncertain: tuple[str, ...]

    def condition(self, code: str) -> Condition:
        """The condition `code`; KeyError where the set has none."""
        for condition in self.conditions:
            if condition.code == code:
                return condition
        raise KeyError(code)


def rule_set_on(as_of: date, province: str = "hunan") -> RuleSet:
    """The rule set by which a case is judged on the day `as_of`; before the first one's day, the first."""
    sets = [rules for rules in all_rule_sets() if rules.province == province]
    return [rules for rules in sets if rules.in_force_from <= as_of or rules is sets[0]][-1]


@cache
def all_rule_sets() -> tuple[RuleSet, ...]:
    """Every rule set, oldest first."""
    text = resources.files("core.policy").joinpath("data/rule_sets.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    sources = {key: Source(**values) for key, values in data["sources"].items()}
    return tuple(_rule_set(entry, sources) for entry in data["rule_sets"])


def _rule_set(entry: Mapping[str, Any], sources: Mapping[str, Source]) -> RuleSet:
    return RuleSet(
        name=entry["name"],
        province=entry["province"],
        in_force_from=entry["in_force_from"],
        limits=Limits(**{name: limit["value"] for name, limit in entry["limits"].items()}),
        conditions=tuple(_condition(row, sources) for row in entry["conditions"]),
        uncertain=tuple(entry["uncertain"]),
    )


def _condition(row: Mapping[str, Any], sources: Mapping[str, Source]) -> Condition:
    return Condition(
        code=row["code"],
        rule=_rule_named(row.get("rule", row["code"])),
        citations=tuple(Citation(sources[key], *clause) for key, *clause in row["sources"]),
        left_out_where=row.get("left_out_where"),
    )


def _rule_named(name: str) -> Rule:
    """The rule function of that name in one of the rules modules."""
    for module in (rules_person, rules_hukou, rules_couple, rules_births, rules_survivors):
        if hasattr(module, name):
            rule: Rule = getattr(module, name)
            return rule
    raise LookupError(f"rule_sets.yaml names the rule {name}, which no rules module holds")
