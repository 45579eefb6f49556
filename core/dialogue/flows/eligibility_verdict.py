"""The verdict in one segment: the first rule that decides and its document; every condition, the papers on request."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.dialogue.flows.eligibility_texts import CODES, CODES_PILOT, CONDITIONS, DOUBTS, MARKS
from core.dialogue.prompt import Prompt, numbered
from core.dialogue.turn import Turn
from core.domain.contact import Language
from core.policy.amounts import amount_for
from core.policy.eligibility import Verdict, judge
from core.policy.finding import Finding, Outcome
from core.policy.interview import facts_from, unsure_of
from core.policy.interview_facts import UNSURE

Answers = Mapping[str, str]

# Which failures rest on a disputed reading: those are not for this line to pronounce.
_DISPUTED = {
    "birth_date_conflict": ("birth_date_conflict", "born_before_1933", "under_60"),
    "claimed_birth_date": ("born_before_1933", "under_60"),
    "violation_after_2001_only": ("birth_violation",),
    "no_child_in_policy_period": ("no_child_in_policy_period",),
}
# Passed where nothing was said against it; yet "passes" may be shown only where it was asked and answered.
_ASKED_BY = {"birth_date_conflict": ("other", "dates_agree")}


def verdict(turn: Turn, answers: Answers) -> Prompt:
    """What the rules in force say to `answers`. It never promises: the district decides."""
    say = turn.say
    choices = numbered(("conditions", say("check.show_conditions")), ("papers", say("check.show_papers")))
    return Prompt(_words(turn, answers, _judged(turn, answers)), choices)


def _judged(turn: Turn, answers: Answers) -> Verdict:
    today = turn.now.date()
    return judge(facts_from(answers, today), today)


def _words(turn: Turn, answers: Answers, judged: Verdict) -> str:
    say = turn.say
    disputed = {code: reason for reason in judged.uncertain_reasons for code in _DISPUTED.get(reason, ())}
    certain = next((code for code in judged.failed if code not in disputed), "")
    if certain:
        return say("check.not_eligible") + _failure(turn, judged, certain, answers)
    # What stands against the person comes before what is merely unclear.
    doubts = (*(disputed[code] for code in judged.failed), *judged.uncertain_reasons)
    if doubts:
        return say("check.uncertain", doubt=say(DOUBTS[doubts[0]]))
    if judged.eligible is None or unsure_of(answers):
        return say("check.unknown")
    yuan = amount_for(turn.now.year, turn.settings.amounts).yuan
    return say("check.eligible", amount=yuan)


def _failure(turn: Turn, judged: Verdict, code: str, answers: Answers) -> str:
    today = turn.now.date()
    citation = judged.rule_set.condition(code).document(today)
    document = ""
    if citation is not None:
        source = citation.source
        is_english = turn.sender.language is Language.ENGLISH
        document = (source.number_en if is_english else source.number) or ""
    is_pilot = judged.rule_set.name == "pilot"
    key = CODES_PILOT.get(code, CODES[code]) if is_pilot else CODES[code]
    birth = facts_from(answers, today).birth_date
    return turn.say(key, document=document, year=birth.year + 60 if birth else "")


def _conditions(turn: Turn, answers: Answers) -> Prompt:
    judged = _judged(turn, answers)
    marks = {code: MARKS[_shown_outcome(code, finding, answers)] for code, finding in judged.findings.items()}
    lines = [f"{turn.say(mark)} {turn.say(CONDITIONS[code])}" for code, mark in marks.items()]
    return Prompt("\n".join([turn.say("check.conditions"), *lines]))


def _shown_outcome(code: str, finding: Finding, answers: Answers) -> Outcome:
    asked_by = _ASKED_BY.get(code)
    if asked_by is None or finding.outcome is not Outcome.PASSES:
        return finding.outcome
    answered = any(answers.get(question, UNSURE) != UNSURE for question in asked_by)
    return Outcome.PASSES if answered else Outcome.UNKNOWN


def _papers(turn: Turn, _answers: Answers) -> Prompt:
    return Prompt(turn.say("check.papers"))


MORE: dict[str, Callable[[Turn, Answers], Prompt]] = {"conditions": _conditions, "papers": _papers}
