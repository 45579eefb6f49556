"""From the answers of the eligibility talk to the facts that are judged; what was not answered stays unknown.

Where an answer tells less than a fact holds (a year without a day, "born in the policy period") a stand-in is put
that no rule can tell from the truth.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta

from core.policy.facts import Facts, Hukou, HukouPlace, MaritalStatus, RuralTests, Spouse
from core.policy.interview_children import UNSURE, children_from
from core.policy.rule_set import rule_set_on

__all__ = ["LUNAR", "UNSURE", "Answers", "facts_from", "needs_whole_date", "typed_birth"]

Answers = Mapping[str, str]

LUNAR = "lunar:"

_YES_NO = {"yes": True, "no": False}
_HUKOU = {
    "rural_here": Hukou.AGRICULTURAL,
    "rural_elsewhere": Hukou.AGRICULTURAL,
    "rural": Hukou.AGRICULTURAL,
    "urban": Hukou.URBAN,
    "unified": Hukou.UNIFIED_RESIDENT,
    "unsettled": Hukou.UNSETTLED,
}
_PLACE = {"here": HukouPlace.THIS_VILLAGE, "elsewhere": HukouPlace.OTHER_PROVINCE}
_MARITAL = {
    "with_spouse": MaritalStatus.MARRIED,
    "widowed": MaritalStatus.WIDOWED,
    "divorced": MaritalStatus.DIVORCED,
    "never_married": MaritalStatus.NEVER_MARRIED,
}


def facts_from(answers: Answers, as_of: date) -> Facts:
    """What `answers` tell on the day `as_of` of the person who gives them, who is therefore alive."""
    other, violation = answers.get("other"), answers.get("violation_pilot") or answers.get("violation")
    birth = _birth(answers, as_of)
    dates_differ = other == "dates_differ" or answers.get("dates_agree") == "no"
    divorced = other == "divorced_together"
    return Facts(
        alive=True,
        birth_date=birth,
        claimed_birth_date=_claimed(answers),
        register_birth_date=_another_day(birth, as_of) if dates_differ else None,
        hukou=_HUKOU.get(answers.get("hukou", "")),
        hukou_place=_place(answers),
        rural_tests=_tests(answers, ""),
        urban_pension=_pension(answers),
        marital_status=MaritalStatus.DIVORCED if divorced else _MARITAL.get(answers.get("marital", "")),
        lives_with_ex=divorced or answers.get("lives_with_ex") == "yes",
        spouse=_spouse(answers),
        children=children_from(answers, rule_set_on(as_of).limits),
        birth_violation_1973_2001=None if violation in {None, UNSURE} else violation in {"yes", "before_2002"},
        birth_violation_after_2001=violation == "after_2001",
        early_or_spacing_breach=violation == "early_or_spacing",
    )


def typed_birth(answers: Answers) -> str | None:
    """The date that counts, as far as it was typed: the card's; None where it is not known."""
    given = answers.get("birth_date")
    if given is None or given == UNSURE:
        return None
    if not given.startswith(LUNAR):
        return given
    agrees = answers.get("same_on_card")
    if agrees == "yes":
        return given.removeprefix(LUNAR)
    on_card = answers.get("card_birth_date", UNSURE) if agrees == "no" else UNSURE
    return None if on_card == UNSURE else on_card.removeprefix(LUNAR)


def needs_whole_date(typed: str, as_of: date) -> bool:
    """Whether the day could matter: only one born on 31 December of the sixtieth year is told apart by it."""
    year, month, day = _parts(typed)
    return day is None and month in {None, 12} and year + rule_set_on(as_of).limits.age == as_of.year


def _birth(answers: Answers, as_of: date) -> date | None:
    typed = typed_birth(answers)
    if typed and needs_whole_date(typed, as_of):
        whole = answers.get("whole_birth_date", UNSURE)
        typed = None if whole == UNSURE else whole.removeprefix(LUNAR)
    if typed is None:
        return None
    year, month, day = _parts(typed)
    return date(year, month or 7, day or 1)


def _parts(typed: str) -> tuple[int, int | None, int | None]:
    match = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", typed)
    if not match:
        raise ValueError("a date answer is written YYYY, YYYY-MM or YYYY-MM-DD")
    year, month, day = match.groups()
    return int(year), int(month) if month else None, int(day) if day else None


def _claimed(answers: Answers) -> date | None:
    """The lunar birthday that the person holds to although the card shows another day."""
    given = answers.get("birth_date", "")
    if given.startswith(LUNAR) and answers.get("same_on_card") == "no":
        return date.fromisoformat(given.removeprefix(LUNAR))
    return None


def _another_day(birth: date | None, as_of: date) -> date:
    """A register date that is not the card's; which one it is, no rule asks."""
    return as_of if birth is None else birth + timedelta(days=1)


def _place(answers: Answers) -> HukouPlace | None:
    said = {"rural_here": "here", "rural_elsewhere": "elsewhere"}.get(answers.get("hukou", ""))
    return _PLACE.get(said or answers.get("hukou_place", ""))


def _pension(answers: Answers) -> bool | None:
    if answers.get("other") in {"none", "urban_pension"}:
        return answers["other"] == "urban_pension"
    return _YES_NO.get(answers.get("urban_pension", ""))


def _tests(answers: Answers, owner: str) -> RuralTests | None:
    if answers.get(f"{owner}hukou") != "unified":
        return None
    return RuralTests(
        village_committee_address=_YES_NO.get(answers.get(f"{owner}village_address", "")),
        contracted_land=_YES_NO.get(answers.get(f"{owner}land", "")),
        paid_agri_tax_before_2005=_YES_NO.get(answers.get(f"{owner}agri_tax", "")),
        urban_social_security=_YES_NO.get(answers.get(f"{owner}urban_security", "")),
    )


def _spouse(answers: Answers) -> Spouse | None:
    if answers.get("marital") != "with_spouse":
        return None
    return Spouse(
        alive=True,
        hukou=_HUKOU.get(answers.get("spouse_hukou", "")),
        urban_pension=_YES_NO.get(answers.get("spouse_urban_pension", "")),
        rural_tests=_tests(answers, "spouse_"),
    )
