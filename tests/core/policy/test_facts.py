"""Reading facts: what is tolerated, and how a malformed one is named."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.policy.facts import Facts, Hukou, Sex
from core.policy.plain_json import MalformedFact
from tests.core.policy.cases import GOOD


def test_a_whole_object_is_read() -> None:
    """Every key finds its field."""
    facts = Facts.from_json({**GOOD, "register_birth_date": "1945-05-06", "remark": "x", "unheard_of": 1})
    assert facts.birth_date == date(1945, 5, 5)
    assert facts.hukou is Hukou.AGRICULTURAL
    assert facts.spouse is not None
    assert facts.spouse.urban_pension is False
    assert facts.children is not None
    assert facts.children[0].sex is Sex.FEMALE
    assert facts.register_birth_date == date(1945, 5, 6)


def test_nulls_are_the_same_as_nothing() -> None:
    """A null is a fact not known, or a "no" where absence means no."""
    assert Facts.from_json(dict.fromkeys([*GOOD, "lives_with_ex", "birth_violation_after_2001"])) == Facts()


@pytest.mark.parametrize(
    ("word", "sex"),
    [("female", Sex.FEMALE), ("F", Sex.FEMALE), ("女", Sex.FEMALE), ("son", Sex.MALE), ("男", Sex.MALE)],
)
def test_a_sex_may_be_said_in_several_words(word: str, sex: Sex) -> None:
    """The facts name no fixed words for it."""
    assert Facts.from_json({"sex": word}).sex is sex


@pytest.mark.parametrize(
    ("obj", "message"),
    [
        (None, "facts must be an object"),
        ([], "facts must be an object"),
        ({"birth_date": "1950-02-30"}, "birth_date must be a date that exists, written YYYY-MM-DD"),
        ({"birth_date": "19500203"}, "birth_date must be a date that exists, written YYYY-MM-DD"),
        ({"birth_date": 1950}, "birth_date must be a date that exists, written YYYY-MM-DD"),
        ({"alive": "yes"}, "alive must be true or false"),
        ({"alive": 1}, "alive must be true or false"),
        ({"hukou_place": "moon"}, "hukou_place must be one of this_village, other_village_same_district, other_province"),
        ({"hukou": ["urban"]}, "hukou must be one of agricultural, rural_resident, urban, unified_resident, unsettled"),
        ({"spouse": "dead"}, "spouse must be an object"),
        ({"spouse": {"alive": 0}}, "spouse.alive must be true or false"),
        ({"spouse": {"rural_tests": {"contracted_land": 2}}}, "spouse.rural_tests.contracted_land must be true or false"),
        ({"children": {}}, "children must be a list"),
        ({"children": [{}, None]}, "children[1] must be an object"),
        ({"children": [{"sex": "?"}]}, "children[0].sex must be one of female, male"),
        ({"children": [{"origin": "stork"}]}, "children[0].origin must be one of own, given_away, with_ex, step, adopted"),
    ],
)  # fmt: skip
def test_a_malformed_fact_is_named_in_one_sentence(obj: Any, message: str) -> None:
    """Which key, and what it may be; never the value itself, which may be somebody's."""
    with pytest.raises(MalformedFact) as raised:
        Facts.from_json(obj)
    assert str(raised.value) == message
