"""The eligibility talk: few questions, and enough of them for a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dates import LunarDay, TypedDate
from core.policy.eligibility import judge
from core.policy.interview import AskFor, Question, date_answer, facts_from, next_question, unsure_of

TODAY = date(2026, 3, 2)
PILOT_DAY = date(2010, 4, 1)

USUAL = {
    "birth_date": "1950-03-12",
    "hukou": "rural_here",
    "living": "one",
    "usual_births": "yes",
    "violation": "no",
    "other": "none",
}
USUAL_PILOT = {
    "birth_date": "1945-03-12",
    "hukou": "rural_here",
    "living": "one",
    "usual_births_pilot": "yes",
    "violation_pilot": "no",
    "dates_agree": "yes",
    "urban_pension": "no",
    "marital": "with_spouse",
    "spouse_hukou": "rural",
    "spouse_urban_pension": "no",
}
DATES = ("1950-03-12", "1966", "1966-12", "1966-12-31", "1970-01-01", "1932", "lunar:1950-03-13", "unsure")


def talk(as_of: date, **answers: str) -> dict[str, str]:
    """All that is asked and answered when the usual answers, changed by `answers`, are given; fails on any other."""
    script = {**(USUAL if as_of >= date(2017, 11, 20) else USUAL_PILOT), **answers}
    given_so_far: dict[str, str] = {}
    while question := next_question(given_so_far, as_of):
        assert question.ask_for is not AskFor.CHOICE or script[question.id] in question.choices
        given_so_far[question.id] = script[question.id]
    return given_so_far


def possible(question: Question) -> tuple[str, ...]:
    """Answers that can be given to `question`."""
    if question.ask_for is AskFor.CHOICE:
        return question.choices
    return ("1966-12-30", "unsure") if question.ask_for is AskFor.WHOLE_DATE else DATES


def walks(as_of: date, fixed: Mapping[str, str], so_far: dict[str, str] | None = None) -> Iterator[dict[str, str]]:
    """Every way through the talk in which the questions of `fixed` are answered as there."""
    so_far = so_far or {}
    question = next_question(so_far, as_of)
    if question is None:
        yield so_far
        return
    for answer in (fixed[question.id],) if question.id in fixed else possible(question):
        yield from walks(as_of, fixed, {**so_far, question.id: answer})


def but(usual: Mapping[str, str], *free: str) -> dict[str, str]:
    """`usual` without the answers that are to vary."""
    return {question: answer for question, answer in usual.items() if question not in free}


def assert_sufficient(answers: Mapping[str, str], as_of: date) -> None:
    """Nothing is missing unless the person did not know, or a failure ended the talk."""
    verdict = judge(facts_from(answers, as_of), as_of)
    ended_early = set(verdict.failed) - {"under_60"}
    if not ended_early and not unsure_of(answers):
        assert verdict.missing == ()
        assert verdict.eligible is not None
    if verdict.eligible is None:
        assert unsure_of(answers)


def test_the_usual_case_takes_six_answers() -> None:
    """One child, rural, here, nothing special: eligible, no doubt."""
    answers = talk(TODAY)
    verdict = judge(facts_from(answers, TODAY), TODAY)
    assert list(answers) == list(USUAL)
    assert len(answers) <= 7
    assert (verdict.eligible, verdict.uncertain) == (True, False)


def test_the_pilot_also_asks_about_the_spouse() -> None:
    """Before 20 November 2017 both count."""
    verdict = judge(facts_from(talk(PILOT_DAY), PILOT_DAY), PILOT_DAY)
    assert (verdict.eligible, verdict.uncertain) == (True, False)
    assert "spouse_hukou" in talk(PILOT_DAY)
    assert "spouse_hukou" not in talk(PILOT_DAY, marital="widowed")


@pytest.mark.parametrize(
    ("as_of", "answers", "failed", "doubts"),
    [
        (TODAY, {"birth_date": "1967-01-01"}, ["under_60"], []),
        (TODAY, {"birth_date": "1932"}, ["born_before_1933"], []),
        (TODAY, {"hukou": "rural_elsewhere"}, ["hukou_not_local"], []),
        (TODAY, {"hukou": "urban"}, ["self_hukou_not_rural"], []),
        (TODAY, {"hukou": "unsettled"}, ["hukou_unsettled"], []),
        (TODAY, {"hukou": "unified", "hukou_place": "here", "village_address": "no"}, ["self_hukou_not_rural"], []),
        (TODAY, {"living": "two_girls"}, [], []),
        (TODAY, {"living": "all_died"}, [], []),
        (TODAY, {"living": "two_with_son"}, ["surviving_children"], []),
        (TODAY, {"living": "three_or_more"}, ["surviving_children"], []),
        (TODAY, {"living": "never"}, ["never_had_child"], []),
        (TODAY, {"violation": "yes"}, ["birth_violation"], []),
        (TODAY, {"other": "dates_differ"}, ["birth_date_conflict"], ["birth_date_conflict"]),
        (TODAY, {"other": "urban_pension"}, [], ["own_urban_pension"]),
        (TODAY, {"other": "divorced_together"}, [], ["divorced_lives_with_ex"]),
        (
            TODAY,
            {"usual_births": "no", "ever_born": "none", "adopted_only": "lawful", "in_period": "yes"},
            [],
            [],
        ),
        (
            TODAY,
            {"usual_births": "no", "ever_born": "none", "adopted_only": "unlawful"},
            ["illegal_adoption", "never_had_child"],
            [],
        ),
        (
            TODAY,
            {"usual_births": "no", "ever_born": "up_to_two", "adopted": "unlawful"},
            ["illegal_adoption"],
            [],
        ),
        (
            TODAY,
            {"usual_births": "no", "ever_born": "three_or_more", "adopted": "no", "in_period": "yes"},
            [],
            ["more_than_two_ever_born"],
        ),
        (
            TODAY,
            {"usual_births": "no", "ever_born": "up_to_two", "adopted": "no", "in_period": "no"},
            ["no_child_in_policy_period"],
            ["no_child_in_policy_period"],
        ),
        (TODAY, {"birth_date": "1966-12-31"}, [], ["born_31_december"]),
        (TODAY, {"birth_date": "1966", "whole_birth_date": "1966-12-31"}, [], ["born_31_december"]),
        (TODAY, {"birth_date": "1966-11"}, [], []),
        (TODAY, {"birth_date": "lunar:1967-01-15", "same_on_card": "yes"}, ["under_60"], []),
        (
            TODAY,
            {"birth_date": "lunar:1967-01-15", "same_on_card": "no", "card_birth_date": "1966-12-05"},
            [],
            ["claimed_birth_date"],
        ),
        (PILOT_DAY, {"spouse_hukou": "urban"}, ["spouse_hukou_not_rural"], []),
        (PILOT_DAY, {"spouse_urban_pension": "yes"}, ["spouse_urban_pension"], []),
        (PILOT_DAY, {"urban_pension": "yes"}, ["urban_pension"], []),
        (PILOT_DAY, {"marital": "divorced", "lives_with_ex": "yes"}, [], ["divorced_lives_with_ex"]),
        (PILOT_DAY, {"violation_pilot": "after_2001"}, ["birth_violation"], ["violation_after_2001_only"]),
        (PILOT_DAY, {"violation_pilot": "early_or_spacing"}, [], ["early_or_spacing_breach_only"]),
        (
            PILOT_DAY,
            {"usual_births_pilot": "no", "ever_born": "none"},
            ["never_had_child"],
            ["living_adopted_child"],
        ),
        (
            PILOT_DAY,
            {"usual_births_pilot": "no", "ever_born": "up_to_two", "adopted": "lawful"},
            [],
            ["living_adopted_child"],
        ),
    ],
)
def test_answers_lead_to_their_verdict(
    as_of: date, answers: dict[str, str], failed: list[str], doubts: list[str]
) -> None:
    """One answer changed, one verdict changed."""
    verdict = judge(facts_from(talk(as_of, **answers), as_of), as_of)
    assert (list(verdict.failed), list(verdict.uncertain_reasons)) == (failed, doubts)


def test_the_talk_ends_where_a_failure_decides() -> None:
    """Who is urban is not asked about children."""
    assert list(talk(TODAY, hukou="urban")) == ["birth_date", "hukou"]


def test_the_talk_goes_on_where_waiting_helps() -> None:
    """Who is not yet sixty learns whether it is worth coming back."""
    assert list(talk(TODAY, birth_date="1970-01-01")) == list(USUAL)


@pytest.mark.parametrize(
    ("as_of", "fixed"),
    [
        (TODAY, but(USUAL, "birth_date", "hukou", "violation", "other")),
        (TODAY, but(USUAL, "birth_date", "living", "usual_births", "violation", "other")),
        (PILOT_DAY, but(USUAL_PILOT, "birth_date", "living", "usual_births_pilot", "violation_pilot")),
        (PILOT_DAY, but(USUAL_PILOT, "dates_agree", "urban_pension", "marital", "spouse_hukou", "spouse_urban_pension")),
        (PILOT_DAY, but(USUAL_PILOT, "hukou")),
    ],
    ids=["hukou", "children", "children in the pilot", "couple", "hukou in the pilot"],
)  # fmt: skip
def test_what_is_asked_suffices_on_every_way(as_of: date, fixed: dict[str, str]) -> None:
    """Every way through a part of the talk, the rest answered as usual."""
    ways = 0
    for answers in walks(as_of, fixed):
        assert_sufficient(answers, as_of)
        ways += 1
    assert ways > 50


@settings(max_examples=300, deadline=None)
@given(st.data(), st.sampled_from([TODAY, PILOT_DAY]))
def test_what_is_asked_suffices_whatever_is_answered(data: st.DataObject, as_of: date) -> None:
    """Random answers to everything at once."""
    answers: dict[str, str] = {}
    while question := next_question(answers, as_of):
        answers[question.id] = data.draw(st.sampled_from(possible(question)))
        assert len(answers) < 25
    assert_sufficient(answers, as_of)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        (TypedDate(1950), "1950"),
        (TypedDate(1950, 3), "1950-03"),
        (TypedDate(1950, 3, 2), "1950-03-02"),
        (TypedDate(1950, 3, 13, LunarDay(1950, 1, 25)), "lunar:1950-03-13"),
    ],
)
def test_a_typed_date_becomes_an_answer(typed: TypedDate, answer: str) -> None:
    """No more and no less than was typed; and the answer is understood."""
    assert date_answer(typed) == answer
    assert next_question({"birth_date": answer}, TODAY) is not None


def test_a_malformed_date_answer_is_refused() -> None:
    """Answers come from `date_answer`; anything else is a mistake of the program."""
    with pytest.raises(ValueError, match="YYYY"):
        facts_from({"birth_date": "12.3.1950"}, TODAY)
