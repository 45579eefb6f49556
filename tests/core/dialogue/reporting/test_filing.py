"""Telling something from the first question to the number, typed back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.confidentiality.hardening import Busy
from core.confidentiality.receipt import draw_receipt, is_receipt
from core.delivery.segments import segments
from core.dialogue.prompt import Inbound
from core.dialogue.prompt import Kind as Sort
from core.line import Line
from tests.core.dialogue.reporting.confidant import (
    BEGIN,
    TEXTS,
    Confidant,
    kept,
    talks,
)
from tests.core.services.reports.opening import opened
from tests.engines import on_sqlite
from tests.inspectors import Channel
from tests.scheduler.duties import work
from tests.stopped_clock import StoppedClock


def test_a_whole_report_by_digits(person: Confidant, channel: Channel) -> None:
    """Five questions of ours, at most eight segments of SMS, and the inspector reads it word for word."""
    number = person.files(*TEXTS)
    assert is_receipt(number)
    asked = [reply for reply in person.replies if reply.prompts]
    assert len(asked) == 6  # five questions, and the last word
    assert sum(segments("【奖扶办】" + text) for text in person.heard) <= 8
    assert all(reply.erase for reply in person.replies)
    assert "6月11日前有回话" in person.heard[-1]
    assert (kept(channel), talks(channel)) == ([0, 0, 1, 0], [])
    channel.move()
    case = opened(channel, "D")
    assert case.opened.messages == TEXTS
    assert (case.opened.heading.area, case.opened.heading.levels) == ("T1V1", ("township", "village"))


@on_sqlite
def test_each_message_is_answered_by_nothing(person: Confidant) -> None:
    """As was said before: no answer means that it arrived."""
    assert "中间不回话" in person.says(*BEGIN)[0]
    assert [person.says(text) for text in TEXTS] == [[], []]


@on_sqlite
@pytest.mark.parametrize("word", ["完", "完了。", "“完”", "完！", " 說完了 ", "END", "done"])
def test_how_it_ends(person: Confidant, channel: Channel, word: str) -> None:
    """However the last word is written."""
    person.says(*BEGIN)
    assert "还没有内容" in person.says(word)[0]
    person.says(TEXTS[0])
    assert "编号" in person.says(word)[0]
    assert kept(channel) == [0, 0, 1, 0]


@on_sqlite
def test_the_last_word_inside_a_sentence_ends_nothing(person: Confidant, channel: Channel) -> None:
    """他把钱花完了 is part of the text."""
    person.says(*BEGIN)
    assert person.says("他把钱花完了") == []
    assert kept(channel)[:2] == [1, 2]


@on_sqlite
@pytest.mark.parametrize(
    "typed",
    [
        "{0}",
        "{0:.4} {1} {2} {3}",
        "编号是多少",
    ],
)
def test_odd_ways_of_typing_it_back(person: Confidant, typed: str) -> None:
    """Grouped or not; words instead get a sentence, and the talk goes on."""
    person.says(*BEGIN, TEXTS[0])
    (said,) = person.says("完")
    groups = said[3:22].split()
    text = "".join(groups) if typed == "{0}" else typed.format(*groups)
    answer = person.says(text)[0]
    if "编号" in typed:
        assert "16位数字" in answer
        answer = person.says("".join(chr(ord(digit) + 0xFEE0) for digit in "".join(groups)))[0]
    assert answer.startswith("对上了")


@on_sqlite
def test_a_slip_is_told_as_a_slip(person: Confidant) -> None:
    """One digit wrong: look at the paper again. Nothing is counted, and nothing dear is computed."""
    person.says(*BEGIN, TEXTS[0])
    (said,) = person.says("完")
    number = said[3:22].replace(" ", "")
    slipped = number[:-1] + str((int(number[-1]) + 1) % 10)
    for _ in range(8):
        assert "像是错了一个数" in person.says(slipped)[0]
    assert person.says(number)[0].startswith("对上了")


@on_sqlite
def test_a_number_inside_the_text_is_refused(person: Confidant, channel: Channel) -> None:
    """The inspector must not be able to pass for the author."""
    person.says(*BEGIN)
    assert "这条没收" in person.says(f"我上次的编号是{draw_receipt()}")[0]
    assert kept(channel)[1] == 1
    assert person.says(TEXTS[0]) == []


@on_sqlite
def test_the_same_id_again_changes_nothing(line: Line, channel: Channel) -> None:
    """The provider asks twice: the same answer, the number in it too, and each message is kept once."""

    person = Confidant(line)
    person.says(*BEGIN)
    for provider_id, text in (("SMa", TEXTS[0]), ("SMb", "完")):
        message = Inbound("sms", person.address, provider_id, text, erasable=True)
        assert line.answer(message) == line.answer(message)
    assert kept(channel) == [0, 0, 1, 0]
    channel.move()
    assert opened(channel, "D").opened.messages == (TEXTS[0],)


@on_sqlite
def test_a_long_text(person: Confidant, channel: Channel) -> None:
    """Four thousand characters, as one Telegram message may hold, are taken and read whole."""
    person.says(*BEGIN)
    assert person.says("长" * 4096) == []
    person.says("完")
    channel.move()
    assert "".join(opened(channel, "D").opened.messages) == "长" * 4096


@on_sqlite
def test_when_it_is_full(person: Confidant, channel: Channel) -> None:
    """What does not fit is not taken, and that is said; what was taken is filed."""
    person.says(*BEGIN, *("甲" for _ in range(62)))
    assert "装满了" in person.says("乙")[0]
    assert "编号" in person.says("完")[0]
    channel.move()
    assert len(opened(channel, "D").opened.messages) == 62


class NoTime:
    """A hardener for whom too many wait."""

    def harden(self, *_: object) -> bytes:
        """Says so."""
        raise Busy


@on_sqlite
def test_busy(person: Confidant, channel: Channel) -> None:
    """Send it again in a minute: nothing is lost, at the end of a text or on coming back."""
    person.says(*BEGIN, TEXTS[0])
    hardener = person.line.hardener
    person.line.__dict__["hardener"] = NoTime()
    assert "请过一分钟再发一次" in person.says("完")[0]
    person.line.__dict__["hardener"] = hardener
    (said,) = person.says("完")
    person.line.__dict__["hardener"] = NoTime()
    assert "请过一分钟再发一次" in person.says(said[3:22])[0]
    person.line.__dict__["hardener"] = hardener
    assert person.says(said[3:22])[0].startswith("对上了")
    assert kept(channel) == [0, 0, 1, 0]


@on_sqlite
def test_by_buttons(line: Line, channel: Channel) -> None:
    """On Telegram each question has its buttons; an old one is known as old and loses nothing."""
    person = Confidant(line, "5001", "telegram", "zh")
    person.says("/report")
    person.presses("speak")
    person.presses(str(channel.inspectors.areas["T1"]))
    old = person.replies[-1].revision
    person.presses("1")
    person.says(TEXTS[0])

    stale = Inbound("telegram", "5001", "old", kind=Sort.BUTTON, choice="1", revision=old, erasable=True)
    assert "过时" in line.answer(stale).prompts[0].text
    menu = Inbound("telegram", "5001", "menu", kind=Sort.BUTTON, choice="menu.status", erasable=True)
    assert "作废" in line.answer(menu).prompts[0].text
    assert "编号" in person.says("完")[0]
    channel.move()
    assert opened(channel, "D").opened.messages == (TEXTS[0],)


@on_sqlite
def test_pictures_and_edits_lose_nothing(line: Line, channel: Channel) -> None:
    """What is no text is not taken, and is erased all the same."""

    person = Confidant(line, "5001", "telegram", "zh")
    person.says(*BEGIN, TEXTS[0])
    for number, kind in enumerate((Sort.MEDIA, Sort.EDITED)):
        reply = line.answer(Inbound("telegram", "5001", f"x{number}", kind=kind, erasable=True))
        assert reply.erase
        assert reply.prompts
    assert "编号" in person.says("完")[0]


@on_sqlite
def test_the_scheduler_moves_it_the_next_day(person: Confidant, channel: Channel, scheme_clock: StoppedClock) -> None:
    """Not before midnight, whenever the job runs; and a second run changes nothing."""
    person.files(*TEXTS)
    for day, expected in ((0, [0, 0, 1, 0]), (1, [0, 0, 0, 1]), (0, [0, 0, 0, 1])):
        scheme_clock.move(timedelta(days=day))
        work(person.line, "reports")
        assert kept(channel) == expected
    assert opened(channel, "D").opened.messages == TEXTS
