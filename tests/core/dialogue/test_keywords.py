"""The words that work everywhere: each fires as people type it, and nothing else does."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from statistics import median
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dialogue.keyword_forms import data, words
from core.dialogue.keywords import Command, menu_digit, recognise

_TABLE = yaml.safe_load((files("tests.core.dialogue") / "keyword_cases.yaml").read_text(encoding="utf-8"))


def _label(case: dict[str, Any]) -> str:
    return f"{case['text']!r} {case['why']}"


def _expected(case: dict[str, Any]) -> Command | None:
    return Command[case["expect"]] if case["expect"] else None


@pytest.mark.parametrize("case", _TABLE["cases"], ids=_label)
def test_a_message_means_the_word_that_the_table_says(case: dict[str, Any]) -> None:
    """A word is recognised however it is typed, and a near miss is left alone."""
    assert recognise(str(case["text"]), free_text_awaited=case["free_text"]) is _expected(case)


@pytest.mark.parametrize("case", _TABLE["digits"], ids=_label)
def test_a_digit_at_the_main_menu_means_what_the_table_says(
    case: dict[str, Any],
) -> None:
    """One digit in any script chooses at the main menu; a quantity does not."""
    assert menu_digit(case["text"]) is _expected(case)


@pytest.mark.parametrize("name", [name for name, entry in data()["words"].items() if "word" in entry])
def test_the_words_of_the_contract_work_from_anywhere(name: str) -> None:
    """Each of the contract's words fires at the menu, inside a question, and where free text is awaited."""
    for word in data()["words"][name]["word"]:
        for typed in (word, word.upper(), f" {word}。"):
            assert recognise(typed) is recognise(typed, free_text_awaited=True) is Command[name]


def test_no_form_belongs_to_two_commands() -> None:
    """What a form means does not depend on the order of the table."""
    forms = [
        (form, name)
        for name, entry in data()["words"].items()
        for kind in ("word", "spelling", "also", "pinyin")
        for form in entry.get(kind, ())
    ]
    meanings = {form: {name for other, name in forms if other == form} for form, _name in forms}
    assert {form: names for form, names in meanings.items() if len(names) > 1} == {}


def test_every_form_of_the_table_is_recognised_as_its_own() -> None:
    """No form is hidden by another rule."""
    wrong = [(form, name) for form, name in {**words().own, **words().also}.items() if recognise(form) != Command[name]]
    assert wrong == []


def test_every_command_can_be_reached() -> None:
    """No command is without a word, and the table names no other."""
    assert set(data()["words"]) == {command.name for command in Command}


@settings(deadline=None)  # the first call loads the table
@given(st.text(), st.booleans())
def test_no_text_raises(text: str, free_text_awaited: bool) -> None:
    """Whatever a phone sends gets a command or none, never an error."""
    assert recognise(text, free_text_awaited=free_text_awaited) in {None, *Command}
    assert menu_digit(text) in {None, *Command}


_FRAGMENTS = [
    *"我要查一下的退订不发了短信请那就嗯，。？2/@ ",
    "进度",
    "那就",
    "stop ",
    "please ",
    "举报",
    "jindu",
    "\ud800",
    "\u200d",
]


@settings(deadline=None)  # the first call loads the table
@given(st.lists(st.sampled_from(_FRAGMENTS), max_size=60).map("".join), st.booleans())
def test_no_mixture_of_the_words_raises(text: str, free_text_awaited: bool) -> None:
    """Sentences made of the frames' own pieces get a command or none, never an error."""
    assert recognise(text, free_text_awaited=free_text_awaited) in {None, *Command}


@settings(deadline=None)  # the first call loads the table
@given(
    st.sampled_from(sorted(words().own)),
    st.text("，。！？.!、~ ", max_size=4),
    st.text("，。！.、~ ", max_size=4),
)
def test_punctuation_around_a_word_changes_nothing(word: str, before: str, after: str) -> None:
    """A word keeps its meaning between whatever marks a thumb adds."""
    assert recognise(before + word + after) is (None if _asks(word, before) else Command[words().own[word]])


def _asks(word: str, before: str) -> bool:
    return "？" in before and words().own[word] in words().statements


def test_a_long_message_is_no_command_unless_it_begins_with_one() -> None:
    """A story is never searched for words, and a Telegram command at its head still counts."""
    assert recognise("进度" * 500) is None
    assert recognise("/report " + "他" * 1000) is Command.REPORT


@pytest.mark.parametrize("piece", ["那就", "请请问", "我我的", "帮我帮", "please ", "查看看", "退订td", "的"])
def test_no_message_is_slow(piece: str) -> None:
    """A message made to confuse the patterns takes no longer than a hundred plain ones."""
    crooked = (piece * 40)[:39] + "进度x"
    recognise(crooked)
    plain = min(_seconds("我想查一下进度") for _ in range(5))
    assert min(_seconds(crooked) for _ in range(5)) < 100 * plain


def test_a_miss_costs_little() -> None:
    """An ordinary question is let through within a fraction of a millisecond, so that no message waits for this."""
    question = "我老伴是城里户口，我能不能领这个钱"
    assert recognise(question) is None
    assert median(_seconds(question) for _ in range(200)) < 0.001


def _seconds(text: str) -> float:
    began = time.perf_counter()
    recognise(text)
    return time.perf_counter() - began


def test_threads_that_come_first_together_agree() -> None:
    """The table is made ready on first use, whoever comes first."""
    data.cache_clear()
    words.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(recognise, ["我想查近度"] * 64)) == {Command.STATUS}
