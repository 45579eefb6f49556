"""The verdict in one segment: the first rule that decides and its document; every condition, the papers on request."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.dialogue.flows.eligibility_texts import CODES, CODES_PILOT, CONDITIONS, DOUBTS, MARKS
from core.dialogue.prompt import Prompt, numbered
from core.dialogue.turn import Turn
from core.domain.contact import Language
from core.policy.amounts import amount_for
from core.policy.eligibility import Verdict, judge
from core.policy.interview import facts_from, unsure_of

Answers = Mapping[str, str]

# A failure that is itself the disputed reading: not for this line to pronounce.
_DISPUTED = frozenset(
    {"birth_date_conflict", "claimed_birth_date", "violation_after_2001_only", "no_child_in_policy_period"}
)


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
    reason = judged.uncertain_reasons[0] if judged.uncertain_reasons else ""
    if judged.failed and reason not in _DISPUTED:
        return say("check.not_eligible") + _failure(turn, judged, judged.failed[0], answers)
    if reason:
        return say("check.uncertain", doubt=say(DOUBTS[reason]))
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
    lines = [
        f"{turn.say(MARKS[finding.outcome])} {turn.say(CONDITIONS[code])}" for code, finding in judged.findings.items()
    ]
    return Prompt("\n".join([turn.say("check.conditions"), *lines]))


def _papers(turn: Turn, _answers: Answers) -> Prompt:
    return Prompt(turn.say("check.papers"))


MORE: dict[str, Callable[[Turn, Answers], Prompt]] = {"conditions": _conditions, "papers": _papers}
