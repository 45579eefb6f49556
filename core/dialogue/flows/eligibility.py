"""Do I qualify: a few questions answered by digits, then the rule that decides. Nothing outlives the talk."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.dates import DateProblem, TypedDate, parse_birth_date
from core.days import in_full
from core.dialogue.flows import eligibility_verdict
from core.dialogue.flows.eligibility_texts import PROBLEMS, QUESTIONS, choice_key
from core.dialogue.prompt import Awaits, Prompt, numbered
from core.dialogue.session import Talk
from core.dialogue.turn import Answer, Outcome, Turn, asks
from core.policy.interview import AskFor, Question, date_answer, next_question
from core.texts import _

VERDICT = "verdict"


class EligibilityFlow:
    """Steps are the interview's questions by id, then `verdict`, under which two more things can be asked for."""

    name = "eligibility"

    def start(self, turn: Turn) -> Outcome:
        """Ask the first question."""
        return self._next(turn, {"answers": {}})

    def resume(self, turn: Turn, talk: Talk, answer: Answer) -> Outcome | None:
        """Take an answer and ask the next question, or give the verdict."""
        answers = talk.data["answers"]
        if talk.step == VERDICT:
            return self._more(turn, talk, answer.choice) if answer.choice else None
        question = next_question(answers, turn.now.date())
        if question is None or question.id != talk.step:
            return self.start(turn)  # the rules changed overnight, under a talk that had begun
        if answer.choice:
            return self._next(turn, {**talk.data, "answers": {**answers, question.id: answer.choice}})
        if question.ask_for is AskFor.CHOICE:
            return self._repeat(turn, talk, question, _("talk.not_a_choice"))
        return self._take_date(turn, talk, question, answer.text)

    def back(self, turn: Turn, talk: Talk) -> Outcome | None:
        """Take back the last answer."""
        answers = dict(talk.data["answers"])
        if not answers:
            return None
        answers.popitem()
        return self._next(turn, {**talk.data, "answers": answers})

    def _next(self, turn: Turn, data: dict[str, Any], notice: str = "") -> Outcome:
        question = next_question(data["answers"], turn.now.date())
        if question is not None:
            return self._ask(turn, data, question, notice)
        return asks(self.name, VERDICT, eligibility_verdict.verdict(turn, data["answers"]), data)

    def _ask(self, turn: Turn, data: dict[str, Any], question: Question, notice: str = "") -> Outcome:
        labels = ((choice, turn.say(choice_key(question.id, choice))) for choice in question.choices)
        text = turn.say(QUESTIONS[question.id], lunar=data.get("lunar", ""), solar=data.get("solar", ""))
        awaits = Awaits.CHOICE if question.ask_for is AskFor.CHOICE else Awaits.DATE
        prompt = Prompt(f"{notice}\n{text}" if notice else text, numbered(*labels), awaits)
        return asks(self.name, question.id, prompt, data)

    def _repeat(self, turn: Turn, talk: Talk, question: Question, key: str) -> Outcome:
        """The same choices again, under what was not understood: the question itself was read a moment ago."""
        outcome = self._ask(turn, talk.data, question)
        (asked,) = outcome.prompts
        return replace(outcome, prompts=(replace(asked, text=turn.say(key)),))

    def _take_date(self, turn: Turn, talk: Talk, question: Question, text: str) -> Outcome:
        typed = parse_birth_date(text, turn.now.date())
        if isinstance(typed, TypedDate) and question.ask_for is AskFor.WHOLE_DATE and typed.date is None:
            typed = DateProblem.DAY_MISSING
        if isinstance(typed, DateProblem):
            return self._repeat(turn, talk, question, PROBLEMS[typed])
        answers = {**talk.data["answers"], question.id: date_answer(typed)}
        data = {**talk.data, "answers": answers, **_both_calendars(turn, typed)}
        return self._next(turn, data, _notice(turn, typed))

    def _more(self, turn: Turn, talk: Talk, choice: str) -> Outcome:
        prompt = eligibility_verdict.MORE[choice](turn, talk.data["answers"])
        # The verdict's choices stay open, so that one can look at both.
        return Outcome((prompt,), talk)


def _both_calendars(turn: Turn, typed: TypedDate) -> dict[str, str]:
    if typed.lunar is None or typed.date is None:
        return {}
    lunar = typed.lunar
    leap = turn.say("date.leap") if lunar.leap else ""
    words = turn.say("date.lunar", year=lunar.year, leap=leap, month=lunar.month, day=lunar.day)
    return {"lunar": words, "solar": in_full(turn.say, typed.date)}


def _notice(turn: Turn, typed: TypedDate) -> str:
    if typed.lunar:
        return ""  # the next question names the day in both calendars
    solar = in_full(turn.say, typed.date) if typed.date else str(typed.year)
    if typed.from_id_number:
        return turn.say("date.from_id_number", solar=solar)
    return turn.say("date.century_guessed", solar=solar) if typed.century_guessed else ""
