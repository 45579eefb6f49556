"""From the answers about children to the children that are judged: as many, and as much of each, as was said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from core.policy.facts import Child, Origin, Sex
from core.policy.limits import Limits

UNSURE = "unsure"

_LIVING: dict[str, tuple[Child, ...]] = {
    "one": (Child(alive=True),),
    "two_girls": (Child(alive=True, sex=Sex.FEMALE), Child(alive=True, sex=Sex.FEMALE)),
    "two_with_son": (Child(alive=True, sex=Sex.MALE), Child(alive=True)),
    "three_or_more": (Child(alive=True), Child(alive=True), Child(alive=True)),
    "all_died": (Child(alive=False),),
    "never": (),
}
_LAWFUL = {"lawful": True, "unlawful": False}
_LEAST_BORN = {"up_to_two": 1, "three_or_more": 3}


def children_from(answers: Mapping[str, str], limits: Limits) -> tuple[Child, ...] | None:
    """The children ever had; None where it is not known which live. A birth date says only "in the period" or not."""
    living = _LIVING.get(answers.get("living", ""))
    if living is None:
        return None
    usual = answers.get("usual_births") or answers.get("usual_births_pilot")
    if usual == "yes":
        return tuple(replace(child, origin=Origin.OWN, birth_date=limits.policy_period_from) for child in living)
    birth = _birth_stand_in(answers.get("in_period"), limits)
    return tuple(replace(child, birth_date=birth) for child in _with_origins(living, answers))


def _with_origins(living: tuple[Child, ...], answers: Mapping[str, str]) -> tuple[Child, ...]:
    """`living`, or the dead one, with origins as told, and the dead whom the number ever born implies."""
    born = answers.get("ever_born")
    if born == "none":
        lawful = _LAWFUL.get(answers.get("adopted_only", ""))
        return tuple(replace(child, origin=Origin.ADOPTED, adoption_lawful=lawful) for child in living)
    adopted = answers.get("adopted")
    if born is None or adopted is None:
        return living
    told = tuple(replace(child, origin=Origin.OWN) for child in living)
    if adopted != "no":
        # Which of them is the adopted one is not asked: the living one is taken, for that is what the pilot doubts.
        lawful = _LAWFUL.get(adopted)
        first = living[0] if lawful is None else replace(living[0], origin=Origin.ADOPTED, adoption_lawful=lawful)
        told = (first, *told[1:])
    return (*told, *_dead_besides(born, sum(child.origin is Origin.OWN for child in told)))


def _dead_besides(born: str, own: int) -> tuple[Child, ...]:
    """The dead whom the number ever born implies beside `own` known ones; of unknown origin where it is not known."""
    if born == UNSURE:
        return () if own else (Child(alive=False),)
    return (Child(alive=False, origin=Origin.OWN),) * (_LEAST_BORN[born] - own)


def _birth_stand_in(in_period: str | None, limits: Limits) -> date | None:
    if in_period == "yes":
        return limits.policy_period_from
    return limits.policy_period_from - timedelta(days=1) if in_period == "no" else None
