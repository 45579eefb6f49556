"""Whatever somebody sends to the confidential channel, in whatever order, on whatever channel: nothing raises, the same
message again is answered alike, and 菜单 said twice leads home and leaves nothing half written."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.confidentiality.receipt import draw_receipt
from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.dialogue.prompt import Inbound, Kind
from core.dialogue.session import DialogueSession
from core.settings import Settings
from sms.gateways.twilio.twiml import twiml
from sms.render import render_all
from tests.core.dialogue.reporting.confidant import kept, line_over
from tests.engines import on_sqlite
from tests.inspectors import open_channel
from tests.stopped_clock import StoppedClock

# Words of the flow come as often as everything else together, so that every step is reached.
WORDS = (
    "4",
    "1",
    "2",
    "3",
    "12",
    "4",
    "名T1V1",
    "完",
    "菜单",
    "返回",
    "退订",
    "没收到",
    "ENGLISH",
    "/report",
    "进度",
    "END",
    "0",
)
TEXTS = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(WORDS),
    st.sampled_from(WORDS),
    st.builds(draw_receipt),
    st.just("{receipt}"),
    st.just("{slip}"),
    st.text(st.characters(), max_size=60),
    st.text(st.sampled_from("0123456789一二三 -.完"), max_size=24),
    st.sampled_from(["", "\x00", "\ud800", "长" * 4096, "长" * 5000, "🀄" * 1100, "{receipt}", "%s", "<Message>&"]),
)
MESSAGES = st.one_of(
    TEXTS.map(lambda text: {"text": text}),
    st.sampled_from([Kind.MEDIA, Kind.EDITED]).map(lambda kind: {"kind": kind}),
    st.tuples(st.sampled_from(["speak", "number", "ways", "add", "retaliation", "1", "more", "menu.report", "x"]),
              st.booleans()).map(lambda pressed: {"kind": Kind.BUTTON, "choice": pressed[0], "old": pressed[1]}),
    st.sampled_from([1, 9, 11, 31]).map(lambda minutes: {"minutes": minutes}),
)  # fmt: skip
# The way through the whole talk; how far somebody goes along it before he does anything at all is drawn.
WAY = ("4", "1", "名T1V1", "12", "甲", "完", "{receipt}", "4", "{receipt}", "1", "乙", "完")
_ids = count(1)


@on_sqlite
def test_nothing_raises(
    sessions: Sessions, vault: Vault, scheme_clock: StoppedClock, settings: Callable[..., Settings], tmp_path: Path
) -> None:
    """Over many talks of up to thirty messages."""
    channel = open_channel(sessions, vault, settings, tmp_path)
    line = line_over(channel, scheme_clock)
    all_heard: set[str] = set()

    @hypothesis_settings(max_examples=150)
    @given(
        st.integers(0, len(WAY)), st.lists(MESSAGES, max_size=20), st.sampled_from(["sms", "telegram"]), st.booleans()
    )
    def anybody(far: int, others: list[dict[str, object]], via: str, erasable: bool) -> None:
        messages: list[dict[str, object]] = [*({"text": text} for text in WAY[:far]), *others]
        address, receipt, revision = f"+86138{next(_ids):08}", draw_receipt(), 0

        def send(**fields: object) -> str:
            nonlocal receipt, revision
            said = Inbound(via, address, f"id{next(_ids)}", erasable=erasable, language="zh", **fields)  # type: ignore[arg-type]
            reply = line.answer(said)
            assert line.answer(said) == reply
            assert reply.prompts or reply.erase
            ET.fromstring(twiml(render_all(reply)).encode())
            revision = reply.revision
            heard = "\n".join(render_all(reply))
            all_heard.add(heard)
            if "请抄在纸上" in heard:
                receipt = heard.split("编号：")[1][:19]
            return heard

        for message in messages:
            if "minutes" in message:
                scheme_clock.move(timedelta(minutes=int(str(message["minutes"]))))
                continue
            fields = {key: value for key, value in message.items() if key != "old"}
            if "choice" in fields:
                fields["revision"] = 1 if message["old"] else revision
            slip = receipt[:-1] + str((int(receipt[-1]) + 1) % 10)
            text = str(fields.get("text", "")).replace("{receipt}", receipt).replace("{slip}", slip)
            send(**{**fields, "text": text})
        send(text="菜单")
        assert {"\n1 查资格", "\n1 Check if I qualify"} & {f"\n{row}" for row in send(text="菜单").splitlines()}
        with transaction(channel.sessions) as session:
            assert session.scalars(select(DialogueSession)).all() == []
        assert kept(channel)[:2] == [0, 0]

    anybody()
    # Every part of the talk was reached by somebody.
    for said in (
        "请抄在纸上",
        "对上了",
        "还没开始看",
        "以后还用原来的编号",
        "现在走就全部作废",
        "没有这个编号",
        "没看懂",
    ):
        assert [heard for heard in all_heard if said in heard], said
