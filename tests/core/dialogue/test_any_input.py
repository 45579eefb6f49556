"""Whatever anybody sends, in whatever order: an answer comes, it can be shown on every channel, and 菜单 leads home."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import timedelta
from itertools import count

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from stdnum import damm

from bot.render import LONGEST, render
from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.dialogue.prompt import Inbound, Kind, Reply
from core.dialogue.session import DialogueSession
from core.domain.reference import is_reference
from core.faq import Finding
from core.line import Line
from core.services.contacts import address_hash
from core.settings import Settings
from sms.gateways.twilio.twiml import twiml
from sms.render import render_all
from tests.conversations.assembly import CannedFinder, assemble
from tests.conversations.register import Entry, enter
from tests.engines import on_sqlite
from tests.scheduler.duties import work
from tests.stopped_clock import StoppedClock

MENU = ("menu.check", "menu.status", "menu.object", "menu.report", "menu.ask", "menu.help")
LONGEST_BUTTON_DATA = 64  # bytes, the Bot API's limit

OFFERED = "哪个"
FINDER = CannedFinder(
    {
        OFFERED: Finding("offer", None, ("amount", "pension", "fees"), "zh"),
        "which one": Finding("offer", None, ("amount", "fees"), "en"),
        "多少钱": Finding("answer", "amount", ("amount",), "zh"),
    }
)
WORDS = (
    *(
        "菜单",
        "资格",
        "进度",
        "公示",
        "异议",
        "反映",
        "政策",
        "人工",
        "退订",
        "恢复",
        "中文",
        "ENGLISH",
        "返回",
        "收到",
        "没收到",
    ),
    *(
        "知道了",
        "工作",
        "/start",
        "/lang",
        "status",
        "BACK",
        OFFERED,
        "which one",
        "多少钱",
        "一个",
        "有",
        "两个女儿",
        "不清楚",
    ),
)
ANSWERS = (
    "19500312",
    "500312",
    "1966",
    "农历1966年腊月初八",
    "12/3/1950",
    "430600195003121230",
    "1234",
    "567X",
    "９９９９",
    "000000",
    "第1号",
    "entry 2",
    "1234567894",
)
TEXTS = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(ANSWERS),
    st.integers(0, 9).map(str),
    st.text(st.characters(), max_size=40),
    st.text(st.sampled_from("一二三四0123456789xX.-/年月日回按选 \n"), max_size=12),
    st.sampled_from(
        ["", " \u200b", "\x00", "\ud800", "长" * 1001, "🀄" * 300, "{ref}", "%s", "=", "1=2=3", "<Message>&"]
    ),
)
_numbers = count(1)


class Anybody(RuleBasedStateMachine):
    """One person on one channel, registered or not, who does anything at all."""

    line: Line
    clock: StoppedClock

    @initialize(
        channel=st.sampled_from(["sms", "telegram"]),
        people=st.integers(0, 2),
        stage=st.sampled_from(["rejected", "confirmed", "bureau_reviewed", ""]),
    )
    def arrive(self, channel: str, people: int, stage: str) -> None:
        """Somebody new, whom the register may know, alone or with another."""
        self.channel, self.address = channel, f"{8613800000000 + next(_numbers)}"
        self.refs = [_reference() for _ in range(3)]
        self.last: Reply | None = None
        known = [Entry(ref, four, stage) for ref, four in zip(self.refs, ("1234", "567X", "4321"), strict=True)]
        with transaction(self.line.sessions) as session:
            mine = ((channel, self.address),)
            served = [
                Entry(each.ref, each.last_four, stage, contacts=mine if n < people else ())
                for n, each in enumerate(known)
            ]
            enter(session, self.line.vault, served, village=f"V{next(_numbers)}")

    @rule(text=TEXTS)
    def says(self, text: str) -> None:
        """Any text."""
        self.answered(Inbound(self.channel, self.address, self.new_id(), text, language="zh"))

    @rule(which=st.integers(0, 2))
    def says_reference(self, which: int) -> None:
        """A reference that exists."""
        self.answered(Inbound(self.channel, self.address, self.new_id(), self.refs[which], language="zh"))

    @rule(kind=st.sampled_from([Kind.MEDIA, Kind.EDITED]))
    def sends_something_else(self, kind: Kind) -> None:
        """A picture, or an old message written anew."""
        self.answered(Inbound(self.channel, self.address, self.new_id(), kind=kind, language="zh"))

    @precondition(lambda self: self.last and any(prompt.choices for prompt in self.last.prompts))
    @rule(data=st.data())
    def presses_what_is_shown(self, data: st.DataObject) -> None:
        """A button of the last answer."""
        shown = [choice.id for prompt in self.last.prompts for choice in prompt.choices]
        self.press(self.last.revision, data.draw(st.sampled_from(shown)))

    @rule(
        revision=st.integers(0, 2**31),
        choice=st.sampled_from(["", "menu.check", "menu.", "menu.nothing", "yes", "unsure", "none", "link", "\x00"]),
    )
    def presses_anything(self, revision: int, choice: str) -> None:
        """A button of long ago, or one that never was."""
        self.press(revision, choice)

    @rule(minutes=st.sampled_from([1, 9, 10, 29, 30, 31, 24 * 60, 400 * 24 * 60]), tidy=st.booleans())
    def waits(self, minutes: int, tidy: bool) -> None:
        """Time passes, and the scheduler may have run."""
        self.clock.move(timedelta(minutes=minutes))
        if tidy:
            work(self.line, "tidy")

    @rule()
    def goes_home(self) -> None:
        """菜单 shows the menu, and nothing is under way any more."""
        reply = self.answered(Inbound(self.channel, self.address, self.new_id(), "菜单", language="zh"))
        assert tuple(choice.id for choice in reply.prompts[-1].choices) == MENU
        with transaction(self.line.sessions) as session:
            assert session.get(DialogueSession, address_hash(self.line.vault, self.channel, self.address)) is None

    def press(self, revision: int, choice: str) -> None:
        """A pressed button is answered as anything else."""
        self.answered(
            Inbound(
                self.channel,
                self.address,
                self.new_id(),
                kind=Kind.BUTTON,
                revision=revision,
                choice=choice,
                language="zh",
            )
        )

    def new_id(self) -> str:
        """A provider id that never came before."""
        return f"id{next(_numbers)}"

    def answered(self, inbound: Inbound) -> Reply:
        """What every answer keeps: it says something, the same again to the same id, in a form that each channel takes."""
        self.last = reply = self.line.answer(inbound)
        assert reply.prompts
        assert all(prompt.text.strip() for prompt in reply.prompts)
        assert self.line.answer(inbound) == reply
        root = ET.fromstring(twiml(render_all(reply)).encode())
        assert [message.text for message in root] == render_all(reply)
        for prompt in reply.prompts:
            text, keyboard = render(prompt, reply.revision)
            assert len(text) <= LONGEST
            buttons = [button for row in keyboard.inline_keyboard for button in row] if keyboard else []
            assert all(len(str(button.callback_data).encode()) <= LONGEST_BUTTON_DATA for button in buttons)
            digits = [choice.digit for choice in prompt.choices]
            assert len(set(digits)) == len(digits)
        return reply


def _reference() -> str:
    """The next number that may be a reference."""
    stems = (str(2_000_000 + next(_numbers)) for _ in count())
    return next(number for stem in stems if is_reference(number := stem + damm.calc_check_digit(stem)))


@on_sqlite
def test_any_sequence_of_anything_is_answered(
    sessions: Sessions, vault: Vault, scheme_clock: StoppedClock, settings: Callable[..., Settings]
) -> None:
    """No exception, no empty answer, TwiML that parses, buttons that Telegram takes, and the menu is never far."""
    Anybody.line, Anybody.clock = assemble(sessions, vault, scheme_clock, settings(), FINDER), scheme_clock
    profile = hypothesis_settings(max_examples=40, stateful_step_count=30)
    run_state_machine_as_test(Anybody, settings=profile)
