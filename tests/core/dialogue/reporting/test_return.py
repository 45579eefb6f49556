"""Coming back with the number: where it stands, what was answered, and adding to it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.confidentiality.receipt import draw_receipt
from core.db import transaction
from core.services.reports.answers import Answer, Standing, compose, compose_reward
from core.services.reports.bundles import import_answers
from core.services.reports.charge import signers
from core.services.reports.envelope import Kind
from core.services.reports.rewards import digest_of
from tests.conversations.picture import counts
from tests.core.dialogue.reporting.confidant import (
    OTHER_PHONE,
    TEXTS,
    Confidant,
    kept,
    talks,
    tidy,
)
from tests.core.services.reports.opening import bundle, opened
from tests.engines import on_sqlite
from tests.inspectors import Channel
from tests.stopped_clock import MID_MAY, StoppedClock

pytestmark = on_sqlite


class Returned:
    """Somebody who comes back, and the inspector who answers."""

    def __init__(self, person: Confidant, channel: Channel) -> None:
        self.number = person.files(*TEXTS)
        self.channel, self.line = channel, person.line
        channel.move()

    def comes_back(self, address: str = OTHER_PHONE, channel: str = "sms") -> list[str]:
        """From another phone: 4, then the number."""
        return Confidant(self.line, address, channel).says("菜单", "4", self.number)

    def is_told(self, standing: Standing, text: str = "", amount: int = 0, word: str = "") -> None:
        """The inspector says something, and it is brought to the server."""
        case = opened(self.channel, "D")
        key = self.channel.inspectors.keys["D"]
        answer = Answer(f"2026-05-13T10:00:0{len(case.answers)}", standing, text, amount, word)
        lines = [compose(key, case.id, case.answer_key, [key.public_half.sealing], answer)]
        lines += [compose_reward(key, digest_of(word, (1, 8192)), amount)] if word else []
        with transaction(self.channel.sessions) as session:
            who = signers(session, self.channel.settings)
            done = import_answers(
                session, self.channel.vault, self.channel.report_keys, who, lines, MID_MAY.date(), 180
            )
        assert not done.refused


@pytest.fixture
def returned(person: Confidant, channel: Channel) -> Returned:
    """With a report filed and moved."""
    return Returned(person, channel)


def test_coming_back_from_any_phone_or_channel(returned: Returned) -> None:
    """With the number one is the author, whoever's phone it is."""
    for address, channel in ((OTHER_PHONE, "sms"), ("5001", "telegram")):
        assert returned.comes_back(address, channel)[-1].startswith("收到了，还没开始看。6月11日前有回话。")


def test_the_number_alone_is_enough(returned: Returned) -> None:
    """Sent at the main menu, without the 4."""
    person = Confidant(returned.line, OTHER_PHONE)
    assert person.says("菜单", returned.number)[-1].startswith("收到了")
    assert person.replies[-1].erase


def test_what_the_inspector_says_is_read(returned: Returned) -> None:
    """Questions and answers in order, and how far it has come."""
    returned.is_told(Standing.EXAMINING, "是哪一年的事？")
    returned.is_told(Standing.EXAMINING, "会计姓什么？")
    assert returned.comes_back() == [
        "回话：是哪一年的事？",
        "回话：会计姓什么？",
        "正在核实。\n1 再说几句\n2 有人为难我",
    ]


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        (Standing.TRUE, "核实了，属实。"),
        (Standing.NOT_TRUE, "查过了，没有查实。"),
        (Standing.NOT_EXAMINED, "没办法核实。"),
    ],
)
def test_how_it_ended(returned: Returned, standing: Standing, said: str) -> None:
    """True, not true, or could not be examined."""
    returned.is_told(standing)
    assert returned.comes_back()[-1].startswith(said)


def test_a_reward(returned: Returned) -> None:
    """The word for it, and that nobody needs a name."""
    returned.is_told(Standing.TRUE, amount=500, word="山石灯桥竹马")
    assert "有奖励500元，口令：山石灯桥竹马。" in returned.comes_back()[0]


def test_overdue(returned: Returned, scheme_clock: StoppedClock) -> None:
    """After the promised day it says so, and with which level it lies; on the day itself it is not over yet."""
    scheme_clock.move(timedelta(days=30))
    assert "前有回话" in returned.comes_back()[-1]
    scheme_clock.move(timedelta(days=1))
    said = returned.comes_back()[-1]
    assert "过期了" in said
    assert "区级" in said
    assert "12388" in said
    returned.is_told(Standing.EXAMINING, "对不起，晚了。")
    assert "过期" not in returned.comes_back()[-1]


@pytest.mark.parametrize(("choice", "kind"), [("1", Kind.ADDITION), ("2", Kind.RETALIATION)])
def test_adding(returned: Returned, choice: str, kind: Kind) -> None:
    """More of it, or that one is made to suffer for it: the inspector reads it with the report."""
    person = Confidant(returned.line, OTHER_PHONE)
    person.says("4", returned.number, choice, "他昨天来我家。", "还砸了门。")
    assert "还用原来的编号" in person.says("完")[0]
    assert talks(returned.channel) == []
    returned.channel.move()
    case = opened(returned.channel, "D")
    ((_day, added),) = case.additions
    assert (added.messages, added.heading.kind) == (("他昨天来我家。", "还砸了门。"), kind)
    assert case.tells_of_retaliation == (kind is Kind.RETALIATION)


def test_looking_without_adding_leaves_nothing(returned: Returned, scheme_clock: StoppedClock) -> None:
    """The draft that an addition would have used goes with the talk, or with the silence."""
    person = Confidant(returned.line, OTHER_PHONE)
    person.says("4", returned.number, "菜单")
    assert kept(returned.channel) == [0, 0, 0, 1]
    person.says("4", returned.number)
    scheme_clock.move(timedelta(minutes=11))
    tidy(returned.line)
    assert (kept(returned.channel), talks(returned.channel)) == ([0, 0, 0, 1], [])


def test_an_unknown_number_and_a_destroyed_one_are_told_alike(returned: Returned) -> None:
    """There is no such number; nothing tells that there ever was."""
    person = Confidant(returned.line, OTHER_PHONE)
    unknown = person.says("4", "2", draw_receipt())
    returned.is_told(Standing.TRUE)
    returned.channel.move(MID_MAY.date() + timedelta(days=180))
    assert person.says(returned.number) == unknown
    assert "没有这个编号" in unknown[0]


def test_tries_are_limited(returned: Returned) -> None:
    """After five wrong numbers of one sender the sixth is not looked at, even if right; another sender's is. Nothing of
    it is in the database."""
    person = Confidant(returned.line, OTHER_PHONE)
    person.says("4", "2", *(draw_receipt() for _ in range(5)))
    assert "请明天再来" in person.says(returned.number)[0]
    assert returned.comes_back("+8613600136000")[-1].startswith("收到了")

    with transaction(returned.channel.sessions) as session:
        assert counts(session)["attempts"] == 0


def test_answers_for_others_do_not_show(returned: Returned) -> None:
    """Another report's number shows that report, and nothing of this one."""
    other = Confidant(returned.line, "+8613600136000")
    number = other.files("乙", begin=("4", "1", "名T2V1", "1"))
    returned.channel.move(MID_MAY.date() + timedelta(days=2))
    returned.is_told(Standing.EXAMINING, "是哪一年的事？")
    assert other.says("4", number)[0].startswith("收到了")
    assert len(bundle(returned.channel, "T2").cases) == 1
