"""Place and levels, asked before any text; and where the channel takes nothing, because nobody may read it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import update

from core.confidentiality.receipt import draw_receipt
from core.db import transaction
from core.delivery.segments import segments
from core.dialogue.prompt import Inbound
from core.domain.area import Area
from core.domain.report import InspectorKeyRow
from core.line import Line
from tests.core.dialogue.reporting.confidant import (
    BEGIN,
    NOTHING,
    OTHER_PHONE,
    TEXTS,
    Confidant,
    kept,
    line_over,
    talks,
)
from tests.core.services.reports.opening import opened
from tests.engines import on_sqlite
from tests.inspectors import Channel
from tests.stopped_clock import MID_MAY, StoppedClock

pytestmark = on_sqlite


def test_where_nothing_can_be_erased_nothing_is_taken(line: Line, channel: Channel) -> None:
    """Neither text nor number over a gateway that keeps what passed: the safer ways are named."""

    for number, text in enumerate(("4", "举报", draw_receipt())):
        reply = line.answer(Inbound("sms", OTHER_PHONE, f"AN{number}", text))
        assert "删不掉记录" in reply.prompts[-1].text
        assert "12388" in reply.prompts[-1].text
    assert (kept(channel), talks(channel)) == (NOTHING, [])


def test_without_any_key_the_channel_is_shut(open_channel: Callable[..., Channel], scheme_clock: StoppedClock) -> None:
    """It says so at once and names the telephone."""
    channel = open_channel("D", "T1", "T2", "T1V1", "city")
    person = Confidant(line_over(channel, scheme_clock))
    assert "12388" in person.says("4")[-1]
    assert talks(channel) == []


def test_where_nobody_is_left_it_is_said_before_any_text(
    open_channel: Callable[..., Channel], scheme_clock: StoppedClock
) -> None:
    """About the district, with no inspector above it."""
    channel = open_channel("city")
    person = Confidant(line_over(channel, scheme_clock))
    (said,) = person.says("4", "1", "1", "3")
    assert "没有合适的人" in said
    assert "12388" in said
    assert (kept(channel), talks(channel)) == (NOTHING, [])


def test_a_key_revoked_in_the_middle(person: Confidant, channel: Channel) -> None:
    """The next message is not taken, and what was there goes."""
    person.says(*BEGIN, TEXTS[0])
    with transaction(channel.sessions) as session:
        session.execute(update(InspectorKeyRow).values(revoked_at=MID_MAY))
    assert "12388" in person.says(TEXTS[1])[0]
    assert (kept(channel), talks(channel)) == (NOTHING, [])


@pytest.mark.parametrize(
    ("where", "area"),
    [(("1",), "T1"), (("２",), "T2"), (("3",), "D"), (("名t1v1",), "T1V1"), (("名T1V1村",), "T1V1"), (("名T1V2 ",), "T1V2"),
     (("哪里都有", "名T2V1"), "T2V1"), (("?", "1"), "T1")],
)  # fmt: skip
def test_where_it_is(person: Confidant, channel: Channel, where: tuple[str, ...], area: str) -> None:
    """By digit, or by the name of the village as it is called; what is no place is asked again."""
    person.files("甲", begin=("4", "1", *where, "1"))
    channel.move()
    in_charge = "city" if area == "D" else "D" if area in {"T1", "T2"} else area[:2]
    assert opened(channel, in_charge).opened.heading.area == area


def test_two_villages_of_one_name(person: Confidant, channel: Channel) -> None:
    """The township is named beside each."""
    with transaction(channel.sessions) as session:
        session.execute(update(Area).where(Area.code.in_(("T1V1", "T2V1"))).values(name="桃林村"))
    (said,) = person.says("4", "1", "桃林")
    assert said.splitlines()[1:] == ["1 名T1 桃林村", "2 名T2 桃林村"]
    person.says("2", "1", "甲", "完")
    channel.move()
    assert opened(channel, "T2").opened.heading.area == "T2V1"


def test_many_townships_take_pages(person: Confidant, channel: Channel) -> None:
    """No page is longer than one SMS, and the last place is reached by digits alone."""
    with transaction(channel.sessions) as session:
        district = channel.inspectors.areas["D"]
        for number in range(12):
            session.add(Area(code=f"O{number:02}", name=f"第{number}街道办事处", level="office", parent_id=district))
    said = person.says("4", "1")
    pages = 1
    while "0 下一页" in said[0]:
        assert segments("【奖扶办】" + said[0]) == 1
        said, pages = person.says("0"), pages + 1
    assert pages > 2
    assert said[0].splitlines()[-1].endswith("名D")


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ("1", ("village",)),
        ("２１", ("township", "village")),
        ("1、3", ("district", "village")),
        ("一二", ("township", "village")),
        ("4", ("district", "township", "village")),
        ("都有或说不清", ("district", "township", "village")),
        ("乡镇街道", ("township",)),
    ],
)
def test_whom_it_concerns(person: Confidant, channel: Channel, levels: str, expected: tuple[str, ...]) -> None:
    """One level or several, in whatever digits."""
    person.files("甲", begin=("4", "1", "名T1V1", levels))
    channel.move()
    in_charge = "city" if "district" in expected else "D" if "township" in expected else "T1"
    assert opened(channel, in_charge).opened.heading.levels == expected


@pytest.mark.parametrize("levels", ["5", "书记", "15", "0", "111111119"])
def test_levels_not_understood(person: Confidant, levels: str) -> None:
    """Asked again, with an example."""
    said = person.says("4", "1", "1", levels)
    assert "没看懂" in said[0]


def test_back_to_the_question_before(person: Confidant) -> None:
    """返回 leads from the levels to the place, and from there to the beginning."""
    person.says("4", "1", "1")
    assert "事情在哪里" in person.says("返回")[0]
    assert "不问姓名" in person.says("返回")[0]


def test_the_safer_ways(open_channel: Callable[..., Channel], scheme_clock: StoppedClock) -> None:
    """From the settings: telephone, mailbox, in person; then one may still go on."""
    channel = open_channel(report_mailbox="红星路1号门口", report_in_person="区政府一楼")
    person = Confidant(line_over(channel, scheme_clock))
    (said,) = person.says("4", "3")
    assert all(way in said for way in ("12388", "红星路1号门口", "区政府一楼"))
    assert "事情在哪里" in person.says("1")[0]
