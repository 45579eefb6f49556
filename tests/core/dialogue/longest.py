"""Every message of the dialogue as a keypad phone gets it, drawn with the longest values that an office would set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cache
from unittest.mock import Mock

import pytest
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.dates import DateProblem
from core.dialogue.engine import TALKS
from core.dialogue.flows import eligibility_verdict, menu, payment_lines, status
from core.dialogue.flows.eligibility import VERDICT, EligibilityFlow
from core.dialogue.flows.eligibility_texts import PROBLEMS
from core.dialogue.flows.status import StatusFlow
from core.dialogue.prompt import Prompt
from core.dialogue.session import Talk
from core.dialogue.turn import Answer, Outcome, Sender, Turn
from core.domain.contact import Language
from core.domain.payout import Payout, PayoutStatus
from core.domain.stage import Stage
from core.faq import Catalogue
from core.policy.calendar import days_of
from core.policy.eligibility import Verdict
from core.policy.rule_set import rule_set_on
from core.services.status import Standing
from core.services.year_calendar import Window
from core.settings import Settings
from core.texts import Say
from tests.core.dialogue.longest_cases import boards, entries, filings, refusals, villages
from tests.stopped_clock import SHANGHAI

Drawn = Iterator[tuple[str, Prompt]]

# What a real office would set, at its longest.
PHONE, HOURS, YUAN = "0731-88888888", "9:00-17:00", 12_000
NOW, AFTER_2008, IN_2006 = date(2026, 12, 1), date(2016, 12, 1), date(2006, 12, 1)
REF = "27183644"

LONGEST = {
    "phone": PHONE,
    "hours": HOURS,
    "ref": REF,
    "former": REF,
    "code": "123456",
    "old": "123456",
    "office": "某某街道办事处",
    "signer": "欧阳建明",
    "words": "请您12月31日上午带身份证到村部交年审材料",
    "kind": "验证码，别告诉任何人",
    "count": 12,
    "amount": YUAN,
    "year": NOW.year,
    "day": "12月30日",
    "due_on": "12月30日",
    "due": "12月30日",
    "closes": "12月30日",
    "opens": "12月29日",
    "entry": 1280,
    "group": "12",
    "village": "清水塘社区",
    "level": "乡镇",
    "where": "清水塘社区",
    "name": "欧阳桂兰",
    "sex": "女",
    "born": 1950,
    "ground": "两个女儿",
    "number": "482 915 7063",
    "when": "12月29-30日",
    "receipt": "1234 5678 9012 3456",
    "mailbox": "区政府大院东门口西侧墙上信箱",
    "place": "区政府一楼大厅左边第三个窗口",
    "word": "山石灯桥竹马",
    "text": "",
    "reason": "现有一儿一女，不符合“一个孩子或两个女儿”这一条。",
    "people": "1280",
    "messages": "1280",
    "yuan": "128.05",
    "done": "12月30日 20:00",
    "without": "28",
    "silent": "12",
    "told": "1200",
    "visited": "60",
    "open": "20",
    "what": "有身份证号；有电话号码；少3个字就省一条",
    "result": "不愿意",
    "surname": "欧阳",
}

# Of two digits for the year, whole and not; lunar with a leap month, the same; out of an ID number; whole; a year; unclear.
DATES = (
    "501231",
    "66",
    "农历1957年闰八月廿九",
    "农历57年闰八月廿九",
    "430600195012310010",
    "19501231",
    "1966",
    "12/12/1950",
)
NOTICES = (
    "menu.title", "start.done", "language.done", "link.over", "input.edited", "input.empty", "input.media",
    "input.old_button", "input.too_long", "input.unknown_number", "case.dropped",
)  # fmt: skip
UNREADABLE = ("input.edited", "input.empty", "input.media", "input.old_button", "input.too_long")


def turn_on(day: date, language: Language) -> Turn:
    """A turn of that day, at an office with the longest settings; nothing is looked up."""
    years = dict.fromkeys(range(day.year, day.year + 2), YUAN)
    settings = Settings(office_phone=PHONE, office_hours=HOURS, report_phone=PHONE, amounts=years)
    now = datetime.combine(day, time(10), SHANGHAI)
    sender = Sender("sms", b"", language, contact_id=1, introduced=True)
    return Turn(Mock(spec=Session), Mock(spec=Vault), settings, Mock(spec=Catalogue), {}, sender, now)


def menus(turn: Turn) -> Drawn:
    """The menu under each sentence that it may stand under, and what is said in the middle of a talk instead."""
    for key in NOTICES:
        yield f"menu under {key}", menu.prompt(turn, turn.say(key))
    for key in UNREADABLE:
        yield f"{key} in a talk", Prompt(turn.say(key) + turn.say("talk.goes_on"))


def interviews(turn: Turn) -> Drawn:
    """Each question of the eligibility talk with its choices, under each notice; each that is asked again."""
    flow = EligibilityFlow()
    waiting, met = [flow.start(turn)], set()
    while waiting:
        outcome = waiting.pop()
        (prompt,), talk = outcome.prompts, outcome.talk
        assert talk is not None
        yield f"question {talk.step}", prompt
        if talk.step == VERDICT:
            continue
        for answer in _answers(talk):
            following = flow.resume(turn, talk, answer)
            assert following is not None
            if (key := _what_is_new(following)) not in met:
                met.add(key)
                waiting.append(following)
        yield from _asked_again(turn, talk)


def _answers(talk: Talk) -> Iterator[Answer]:
    yield from (Answer("", shown.split("=")[1]) for shown in talk.choices)
    if len(talk.choices) == 1:
        yield from map(Answer, DATES)


def _what_is_new(outcome: Outcome) -> tuple[object, ...]:
    """Two ways to the same question are one where the same was asked before and it reads the same."""
    assert outcome.talk is not None
    answers = outcome.talk.data["answers"]
    return outcome.talk.step, tuple(answers), outcome.prompts, list(answers.values())[-1:] == ["unsure"]


def _asked_again(turn: Turn, talk: Talk) -> Drawn:
    flow = EligibilityFlow()
    if len(talk.choices) > 1:
        (prompt,) = flow.resume(turn, talk, Answer("？")).prompts  # type: ignore[union-attr]
        yield f"{talk.step} not understood", prompt
        return
    (asked,) = flow.resume(turn, talk, Answer("？")).prompts  # type: ignore[union-attr]
    for problem in DateProblem:
        yield f"{talk.step} {problem}", replace(asked, text=turn.say(PROBLEMS[problem]))


def verdicts(turn: Turn) -> Drawn:
    """Each verdict that the rules of the day can come to, and what can be asked for under it."""
    rules = rule_set_on(turn.now.date())
    answers = {"birth_date": f"{turn.now.year - 59}"}
    reasons = [("", reason) for reason in rules.uncertain]
    for failed, reason in [*((condition.code, "") for condition in rules.conditions), *reasons, ("", "")]:
        judged = Verdict(True, (failed,) if failed else (), (reason,) if reason else (), (), rules, {})
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(eligibility_verdict, "_judged", lambda _turn, _answers, judged=judged: judged)
            yield f"verdict {failed or reason or 'eligible'}", eligibility_verdict.verdict(turn, answers)
    yield "verdict unknown", eligibility_verdict.verdict(turn, {**answers, "hukou": "unsure"})
    yield "papers", eligibility_verdict.MORE["papers"](turn, answers)


def conditions(turn: Turn) -> Drawn:
    """The list of all conditions."""
    yield "conditions", eligibility_verdict.MORE["conditions"](turn, {})


def statuses(turn: Turn) -> Drawn:
    """The status of each stage, reached this year and the last, before and after the next step, with its choices."""
    this_year = turn.now.year
    for stage in Stage:
        for year, month in ((this_year, 1), (this_year - 1, 1), (this_year, 12), (this_year - 1, 12)):
            since = datetime(this_year - 1 if month == 12 else year, 12, 31, 9, tzinfo=SHANGHAI)
            then = replace(turn, now=datetime(this_year, month, 28, 10, tzinfo=SHANGHAI))
            standing = Standing(1, REF, 1, 1, year, stage, since, money_noted=True)
            for label, prompt in _shown(then, standing):
                yield f"status {stage} of {year} in month {month}{label}", prompt
    (prompt,) = StatusFlow()._show(turn, Standing(1, REF, 1, None, None, None, None), may_link=False).prompts
    yield "status without an application", prompt


def _shown(turn: Turn, standing: Standing) -> Drawn:
    """The status as the records may have it: of a recipient with whatever the bank has said, and a check that is open."""
    day = turn.now.date()
    payouts = [
        ("", None, False),
        (", paused", None, True),
        (", paid", Payout(id=1, year=day.year, amount=YUAN, status=PayoutStatus.PAID, paid_on=day), False),
        (", failed", Payout(id=1, year=day.year, amount=YUAN, status=PayoutStatus.FAILED), False),
    ]
    for label, payout, paused in payouts if standing.stage is Stage.CONFIRMED else payouts[:1]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(status, "payment_of", lambda *_, payout=payout: payout)
            patch.setattr(payment_lines, "is_paused", lambda *_, paused=paused: paused)
            patch.setattr(
                payment_lines, "window_of", lambda _, year, name, __: Window(name, year, *days_of(name, year))
            )
            (prompt,) = StatusFlow()._show(turn, standing, may_link=False).prompts
            yield label, prompt


def ended_talks(turn: Turn) -> Drawn:
    """The line about each talk that ended by itself."""
    for name in TALKS:
        talk, resume = turn.say(f"talk.{name}"), turn.say(f"resume.{name}")
        yield f"{name} ended", Prompt(turn.say("talk.ended", talk=talk, resume=resume))


@dataclass(frozen=True)
class Composed:
    """Everything that is put together from several texts, by a label, and the keys of the texts that were spoken."""

    messages: list[tuple[str, Prompt]]
    conditions: list[tuple[str, Prompt]]
    spoken: frozenset[str]


@cache
def composed(day: date, language: Language) -> Composed:
    """All of one day's rules in one language."""
    keys: set[str] = set()
    speak = Say.__call__

    def noted(self: Say, key: str, **fields: object) -> str:
        keys.add(key)
        return speak(self, key, **fields)

    turn = turn_on(day, language)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Say, "__call__", noted)
        about_cases = (boards, villages, entries, filings, refusals)
        draws = (menus, *about_cases, interviews, verdicts, statuses, ended_talks)
        messages = [message for draw in draws for message in draw(turn)]
        return Composed(messages, list(conditions(turn)), frozenset(keys))
