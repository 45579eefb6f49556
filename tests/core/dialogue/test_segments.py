"""What each message costs: one SMS segment in Chinese with the signature, two in plain GSM-7 English."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pytest

from core.delivery.segments import is_gsm, segments, units
from core.dialogue.flows.ask import entry_text
from core.dialogue.flows.eligibility_texts import QUESTIONS
from core.dialogue.prompt import Prompt
from core.domain.contact import Language
from core.faq import Entry, load_catalogue
from core.reminders.unasked import unasked_texts
from core.settings import Settings
from core.texts import Say, catalogue
from sms.render import render
from tests.core.dialogue.longest import AFTER_2008, IN_2006, LONGEST, NOW, composed, turn_on
from tests.core.dialogue.longest_cases import pages

# The days on which the rules, or the documents behind them, differ.
DAYS = (IN_2006, AFTER_2008, NOW)
SIGNATURES = {Language.CHINESE: Settings().sms_signature, Language.ENGLISH: Settings().sms_signature_en}
MOST = {Language.CHINESE: 1, Language.ENGLISH: 2}
# An officer's own words may take more.
LONGER = {"status.reason": 2}


def too_long(language: Language, drawn: Iterable[tuple[str, Prompt]], most: int) -> list[str]:
    """The messages that take more than `most` segments, each with its length."""
    signed = ((label, SIGNATURES[language] + render(prompt)) for label, prompt in drawn)
    return [f"{label}: {units(text)} units: {text}" for label, text in signed if segments(text) > most]


@pytest.mark.parametrize("day", DAYS, ids=str)
@pytest.mark.parametrize("language", Language)
def test_every_composed_message_fits(language: Language, day: date) -> None:
    """Menus, questions, verdicts and statuses, with their choices, under the rules of each day."""
    assert too_long(language, composed(day, language).messages, MOST[language]) == []


@pytest.mark.parametrize("language", Language)
def test_every_other_text_fits(language: Language) -> None:
    """Each text of the catalogue that is a message by itself, with the longest values of its fields. What goes out
    unasked carries a code too; tests/core/reminders/test_unasked.py measures it with that."""
    in_composed = frozenset().union(*(composed(day, language).spoken for day in DAYS))
    unasked = {text.key for text in unasked_texts(Settings())}
    say = Say(language)
    alone = catalogue(language).keys() - in_composed - LONGER.keys() - unasked
    # A day is spoken in the language of the text; names of places and people stay Chinese.
    values = LONGEST if language is Language.CHINESE else {**LONGEST, "due": "30 December"}
    drawn = ((key, Prompt(say(key, **values))) for key in sorted(alone))
    assert too_long(language, drawn, MOST[language]) == []
    for key, most in LONGER.items():
        assert segments(SIGNATURES[language] + say(key, **LONGEST)) <= most


def test_every_question_of_the_interviews_was_drawn() -> None:
    """The tests above see every question, not only those that come first."""
    drawn = frozenset().union(*(composed(day, Language.CHINESE).spoken for day in DAYS))
    assert set(QUESTIONS.values()) - drawn == set()


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_list_of_conditions_takes_two(language: Language, day: date) -> None:
    """Asked for, all twelve or thirteen at a glance."""
    assert too_long(language, composed(day, language).conditions, 2) == []


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("entry", load_catalogue().entries, ids=lambda entry: entry.topic)
def test_a_policy_answer_takes_at_most_three(language: Language, entry: Entry) -> None:
    """The catalogue's answers carry a source and an exception or two; three segments are the most."""
    text = entry_text(entry, language, turn_on(NOW, language).settings)
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


@pytest.mark.parametrize("language", Language)
def test_a_page_of_a_list_takes_three(language: Language) -> None:
    """However many stand on it and however long their lines are; in Chinese it shows at least three of them."""
    drawn = list(pages(turn_on(NOW, language)))
    assert too_long(language, drawn, 3) == []
    if language is Language.CHINESE:
        turned = [
            prompt.text.splitlines()[1:]
            for _label, prompt in drawn
            if prompt.choices[:1] and prompt.choices[0].id == "more"
        ]
        assert min(map(len, turned)) >= 3
