"""Words that would end a text already begun, opt-out, and silence: nothing is lost by a slip, and nothing is left."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.db import transaction
from core.domain.contact import Contact
from tests.core.dialogue.reporting.confidant import (
    BEGIN,
    NOTHING,
    TEXTS,
    Confidant,
    kept,
    talks,
    tidy,
)
from tests.core.services.reports.opening import opened
from tests.engines import on_sqlite
from tests.inspectors import Channel
from tests.stopped_clock import StoppedClock

pytestmark = on_sqlite


@pytest.mark.parametrize(
    "word", ["菜单", "进度", "4", "公示", "人工", "ENGLISH", "返回", "/start@x", "/menu"], ids=lambda word: word
)
def test_a_word_that_would_end_it_is_asked_about_once(person: Confidant, channel: Channel, word: str) -> None:
    """A begun text is not lost by a slip; said twice it is, and nothing is left. A digit is no word here."""
    person.says(*BEGIN, TEXTS[0])
    first = person.says(word)
    if word == "4":
        assert first == []
        return
    if word == "/start@x":  # resuming reminders loses nothing
        assert kept(channel)[1] == 2
        return
    assert "作废" in first[0]
    assert kept(channel)[:2] == [1, 2]
    second = person.says(word)
    assert kept(channel) == NOTHING
    assert second[0].startswith("都作废了，没有留下。") == (word in {"菜单", "/menu"})
    assert all(reply.erase for reply in person.replies)


def test_going_on_after_the_question(person: Confidant, channel: Channel) -> None:
    """Whoever goes on talking stays; the next such word is asked about again."""
    person.says(*BEGIN, TEXTS[0])
    assert "作废" in person.says("菜单")[0]
    assert person.says(TEXTS[1]) == []
    assert "作废" in person.says("菜单")[0]
    assert kept(channel)[:2] == [1, 3]


def test_before_any_text_nothing_is_asked(person: Confidant, channel: Channel) -> None:
    """There is nothing to lose yet."""
    person.says(*BEGIN)
    assert person.says("菜单")[0].startswith("回数字选")
    assert kept(channel) == NOTHING


@pytest.mark.parametrize("words", ["没收到", "收到", "知道了", "工作", "1", "44", "好"])
def test_words_of_other_talks_are_part_of_the_text(person: Confidant, channel: Channel, words: str) -> None:
    """Whoever writes that the money did not come says so to the inspector."""
    person.says(*BEGIN)
    assert person.says(words) == []
    person.says("完")
    channel.move()
    assert opened(channel, "D").opened.messages == (words,)


def test_an_opt_out_is_obeyed_and_loses_nothing(person: Confidant, channel: Channel) -> None:
    """退订 works everywhere, at once; the text goes on."""
    person.says(*BEGIN, TEXTS[0])
    assert "退订" in person.says("退订")[0] or person.heard[-1]
    with transaction(channel.sessions) as session:
        assert session.scalars(select(Contact.opted_out_at)).one() is not None
    person.says(TEXTS[1], "完")
    channel.move()
    assert opened(channel, "D").opened.messages == TEXTS


def test_silence_leaves_nothing(person: Confidant, channel: Channel, scheme_clock: StoppedClock) -> None:
    """Ten minutes after the last message, as announced; a minute before, all is there."""
    person.says(*BEGIN, TEXTS[0])
    scheme_clock.move(timedelta(minutes=9))
    tidy(person.line)
    assert person.says(TEXTS[1]) == []
    scheme_clock.move(timedelta(minutes=10, seconds=1))
    tidy(person.line)
    assert (kept(channel), talks(channel)) == (NOTHING, [])


def test_what_comes_after_the_silence_is_no_policy_question(
    person: Confidant, channel: Channel, scheme_clock: StoppedClock
) -> None:
    """The rest of a slow text is neither looked up nor kept; it is said that all is gone, and it is erased too."""
    person.says(*BEGIN, TEXTS[0])
    scheme_clock.move(timedelta(minutes=11))
    said = person.says(TEXTS[1])
    assert said[0].startswith("刚才的停了10分钟，都作废了")
    assert (kept(channel), talks(channel), person.replies[-1].erase) == (NOTHING, [], True)


def test_typed_back_after_a_silence(person: Confidant, scheme_clock: StoppedClock) -> None:
    """The report stands; the number shows where."""
    person.says(*BEGIN, TEXTS[0])
    (said,) = person.says("完")
    number = said[3:22]
    scheme_clock.move(timedelta(minutes=11))
    assert "还没开始看" in person.says(number)[0]
