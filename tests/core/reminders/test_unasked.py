"""The list of unasked texts: whole, with every field known, and each within its segments."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.delivery.outbox import MessageKind
from core.domain.contact import Language
from core.reminders.compose import WORDS
from core.reminders.unasked import UnaskedText, unasked_texts
from core.settings import Settings
from core.texts import catalogue

# Whose length is an officer's own: his reason stands in it.
TWO_SEGMENTS = {"remind.rejected"}


@pytest.fixture
def texts(settings: Callable[..., Settings]) -> list[UnaskedText]:
    """All of them, at an office with a long number."""
    return unasked_texts(settings(office_phone="0731-88888888"))


def test_every_text_that_is_composed_is_listed(texts: list[UnaskedText]) -> None:
    """And whatever the catalogue calls a reminder; each once."""
    keys = [text.key for text in texts]
    assert len(keys) == len(set(keys))
    assert set(WORDS) - set(keys) == set()
    assert {key for key in catalogue(Language.CHINESE) if key.startswith("remind.")} - set(keys) == set()


def test_our_own_words_take_one_segment(texts: list[UnaskedText]) -> None:
    """In either language, signature, code and longest values counted; two where an officer's reason stands in it."""
    ours = [text for text in texts if text.key.startswith(("remind.", "hello", "link."))]
    for text in ours:
        most = 2 if text.key in TWO_SEGMENTS else 1
        assert max(text.segments.values()) <= most, (text.key, text.examples)


def test_no_text_takes_more_than_two_segments(texts: list[UnaskedText]) -> None:
    """With an officer's reason of the length that it should have."""
    assert [text.key for text in texts if max(text.segments.values()) > 2] == []


def test_a_pattern_is_what_arrives(texts: list[UnaskedText]) -> None:
    """The signature, the text with its fields open, and the code that every unasked message carries."""
    by_key = {text.key: text for text in texts}
    opens = by_key["remind.list_opens"]
    assert opens.fields == ("level", "closes")
    assert opens.patterns[Language.CHINESE].startswith("【奖扶办】{level}公示到{closes}止。")
    assert opens.examples[Language.CHINESE].endswith(
        "级公示到12月31日止。看名单请回3；名单有错、漏了人，也回3提出来。（验123456）"
    )
    for text in texts:
        carries = [pattern.endswith(("（验{code}）", "({code})")) for pattern in text.patterns.values()]
        assert carries == [text.kind is not MessageKind.ANSWER] * len(Language)
        assert all("{" not in example for example in text.examples.values())


def test_no_text_holds_a_link(texts: list[UnaskedText]) -> None:
    """Carriers refuse them, and they teach people to press on links."""
    assert [
        text.key for text in texts for pattern in text.patterns.values() if "http" in pattern or "www" in pattern
    ] == []
