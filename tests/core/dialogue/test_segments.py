"""What each message costs: one SMS segment in Chinese with the signature, two in plain GSM-7 English."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from core.delivery.segments import is_gsm, segments, units
from core.dialogue.flows.ask import entry_text
from core.dialogue.flows.eligibility_texts import QUESTIONS
from core.dialogue.prompt import Prompt
from core.domain.contact import Language
from core.faq import Entry, load_catalogue
from core.settings import Settings
from core.texts import Say, catalogue
from sms.render import render
from tests.core.dialogue import longest

# The days on which the rules, or the documents behind them, differ.
DAYS = (longest.IN_2006, longest.AFTER_2008, longest.NOW)
SIGNATURES = {Language.CHINESE: Settings().sms_signature, Language.ENGLISH: Settings().sms_signature_en}
MOST = {Language.CHINESE: 1, Language.ENGLISH: 2}
# An officer's own words (a reason) and a list of twelve conditions may take more.
LONGER = {"status.reason": 2}


def too_long(language: Language, drawn: Iterator[tuple[str, Prompt]], most: int) -> list[str]:
    """The messages that take more than `most` segments, each with its length."""
    signed = ((label, SIGNATURES[language] + render(prompt)) for label, prompt in drawn)
    return [f"{label}: {units(text)} units: {text}" for label, text in signed if segments(text) > most]


@pytest.mark.parametrize("day", DAYS, ids=str)
@pytest.mark.parametrize("language", Language)
def test_every_composed_message_fits(language: Language, day: date) -> None:
    """Menus, questions, verdicts and statuses, with their choices, under the rules of each day."""
    turn = longest.turn_on(day, language)
    assert too_long(language, longest.all_composed(turn), MOST[language]) == []


@pytest.mark.parametrize("language", Language)
def test_every_other_text_fits(language: Language, spoken: set[str]) -> None:
    """Each text of the catalogue that is a message by itself, with the longest values of its fields."""
    for day in DAYS:
        list(longest.all_composed(longest.turn_on(day, language)))
        list(longest.conditions(longest.turn_on(day, language)))
    say = Say(language)
    alone = {key: Prompt(say(key, **longest.LONGEST)) for key in catalogue(language).keys() - spoken - LONGER.keys()}
    assert too_long(language, iter(alone.items()), MOST[language]) == []
    for key, most in LONGER.items():
        assert segments(SIGNATURES[language] + say(key, **longest.LONGEST)) <= most


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_every_question_of_the_interviews_was_drawn(day: date, spoken: set[str]) -> None:
    """The tests above see every question, not only those that come first."""
    for each in DAYS:
        list(longest.interviews(longest.turn_on(each, Language.CHINESE)))
    assert set(QUESTIONS.values()) - spoken == set()


@pytest.mark.parametrize(("language", "most"), [(Language.CHINESE, 3), (Language.ENGLISH, 2)])
@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_list_of_conditions_is_short(language: Language, most: int, day: date) -> None:
    """Asked for, it may take more; yet no more than a phone shows at a glance."""
    assert too_long(language, longest.conditions(longest.turn_on(day, language)), most) == []


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("entry", load_catalogue().entries, ids=lambda entry: entry.topic)
def test_a_policy_answer_takes_at_most_three(language: Language, entry: Entry) -> None:
    """The catalogue's answers carry a source and an exception or two; three segments are the most."""
    text = entry_text(entry, language, longest.turn_on(longest.NOW, language).settings)
    assert segments(SIGNATURES[language] + text) <= 3


@pytest.mark.parametrize("language", Language)
def test_offered_questions_fit(language: Language) -> None:
    """Whichever three questions are offered, with "none of these"."""
    say, entries = Say(language), load_catalogue().entries
    labels = sorted((entry.question[language] for entry in entries if not entry.redirect), key=units)[-3:]
    lines = [say("ask.did_you_mean"), *labels, say("ask.none_of_these")]
    assert segments(SIGNATURES[language] + "\n".join(f"1 {line}" for line in lines)) <= 2


def test_english_is_plain() -> None:
    """One character outside GSM-7 would halve what fits: none is in any English text or policy answer."""
    texts = {key: text for key, text in catalogue(Language.ENGLISH).items() if not key.startswith("command.")}
    answers = {entry.topic: entry.answer[Language.ENGLISH] for entry in load_catalogue().entries}
    questions = {entry.topic: entry.question[Language.ENGLISH] for entry in load_catalogue().entries}
    assert [key for each in (texts, answers, questions) for key, text in each.items() if not is_gsm(text)] == []


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The keys that were spoken during the test."""
    keys: set[str] = set()
    speak = Say.__call__

    def noted(self: Say, key: str, **fields: object) -> str:
        keys.add(key)
        return speak(self, key, **fields)

    monkeypatch.setattr(Say, "__call__", noted)
    return keys
