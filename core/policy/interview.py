"""Which question comes next in the eligibility talk: few, answered by a digit, and enough for what is judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.dates import TypedDate
from core.policy.eligibility import judge
from core.policy.interview_facts import LUNAR, UNSURE, Answers, facts_from, needs_whole_date, typed_birth
from core.policy.rule_set import rule_set_on

__all__ = ["Answers", "AskFor", "Question", "date_answer", "facts_from", "next_question", "unsure_of"]

# A failure that waiting mends: the talk goes on, so that the person learns whether it is worth coming back.
MENDED_BY_TIME = {"under_60"}


class AskFor(StrEnum):
    """What a question wants: a date (its one choice is "don't know"), one with month and day, or one of its choices."""

    DATE = "date"
    WHOLE_DATE = "whole_date"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Question:
    """One question by its id, with the ids of its choices in the order of their digits."""

    id: str
    ask_for: AskFor
    choices: tuple[str, ...]


def next_question(answers: Answers, as_of: date) -> Question | None:
    """What to ask after `answers` (question id to choice id, or to `date_answer` of a date) on the day `as_of`.

    None where nothing is left to ask, or where a failure is certain that no waiting mends.
    """
    verdict = judge(facts_from(answers, as_of), as_of)
    if set(verdict.failed) - MENDED_BY_TIME:
        return None
    return next((question for question in _plan(answers, as_of) if question.id not in answers), None)


def date_answer(typed: TypedDate) -> str:
    """`typed` as an answer: YYYY, YYYY-MM or YYYY-MM-DD, marked where it was a lunar date."""
    parts = [f"{typed.year:04}", *(f"{part:02}" for part in (typed.month, typed.day) if part is not None)]
    return (LUNAR if typed.lunar else "") + "-".join(parts)


def unsure_of(answers: Answers) -> tuple[str, ...]:
    """The questions answered by "don't know": with any of these the township decides, whatever the verdict."""
    return tuple(question for question, answer in answers.items() if answer == UNSURE)


def _choice(question: str, *choices: str) -> Question:
    return Question(question, AskFor.CHOICE, (*choices, UNSURE))


def _date(question: str, ask_for: AskFor = AskFor.DATE) -> Question:
    return Question(question, ask_for, (UNSURE,))


def _plan(answers: Answers, as_of: date) -> Iterator[Question]:
    """Every question that `answers` call for so far, in order, answered or not."""
    couple_counts = rule_set_on(as_of).name == "pilot"
    yield from _about_birth(answers, as_of)
    yield from _about_hukou(answers)
    yield from _about_children(answers, couple_counts=couple_counts)
    if couple_counts:
        yield from _about_couple(answers)
    else:
        yield _choice("other", "none", "dates_differ", "urban_pension", "divorced_together")


def _about_birth(answers: Answers, as_of: date) -> Iterator[Question]:
    yield _date("birth_date")
    if answers.get("birth_date", "").startswith(LUNAR):
        yield _choice("same_on_card", "yes", "no")
        if answers.get("same_on_card") == "no":
            yield _date("card_birth_date")
    typed = typed_birth(answers)
    if typed and needs_whole_date(typed, as_of):
        yield _date("whole_birth_date", AskFor.WHOLE_DATE)


def _about_hukou(answers: Answers) -> Iterator[Question]:
    yield _choice("hukou", "rural_here", "rural_elsewhere", "urban", "unified", "unsettled")
    if answers.get("hukou") in {"unified", UNSURE}:
        yield _choice("hukou_place", "here", "elsewhere")
    if answers.get("hukou") == "unified":
        yield from _four_tests("")


def _four_tests(owner: str) -> Iterator[Question]:
    for test in ("village_address", "land", "agri_tax", "urban_security"):
        yield _choice(owner + test, "yes", "no")


def _about_children(answers: Answers, *, couple_counts: bool) -> Iterator[Question]:
    yield _choice("living", "one", "two_girls", "two_with_son", "three_or_more", "all_died", "never")
    if answers.get("living") != UNSURE:
        usual = "usual_births_pilot" if couple_counts else "usual_births"
        yield _choice(usual, "yes", "no")
        if answers.get(usual) in {"no", UNSURE}:
            yield _choice("ever_born", "none", "up_to_two", "three_or_more")
            if answers.get("ever_born") == "none":
                yield _choice("adopted_only", "lawful", "unlawful")
            else:
                yield _choice("adopted", "no", "lawful", "unlawful")
            if not couple_counts:
                yield _choice("in_period", "yes", "no")
    if couple_counts:
        yield _choice("violation_pilot", "no", "before_2002", "after_2001", "early_or_spacing")
    else:
        yield _choice("violation", "no", "yes")


def _about_couple(answers: Answers) -> Iterator[Question]:
    yield _choice("dates_agree", "yes", "no")
    yield _choice("urban_pension", "no", "yes")
    yield _choice("marital", "with_spouse", "widowed", "divorced", "never_married")
    if answers.get("marital") == "divorced":
        yield _choice("lives_with_ex", "no", "yes")
    if answers.get("marital") == "with_spouse":
        yield _choice("spouse_hukou", "rural", "urban", "unified", "unsettled")
        if answers.get("spouse_hukou") == "unified":
            yield from _four_tests("spouse_")
        yield _choice("spouse_urban_pension", "no", "yes")
