"""What the channel costs by SMS: no message of ours takes more than one segment in Chinese, two in English."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from core.confidentiality.receipt import draw_receipt
from core.delivery.segments import segments
from tests.core.dialogue.reporting.confidant import BEGIN, OTHER_PHONE, TEXTS, Confidant, line_over
from tests.engines import on_sqlite
from tests.inspectors import Channel
from tests.stopped_clock import StoppedClock

pytestmark = on_sqlite

SIGNATURES = {"zh": "【奖扶办】", "en": "[JF Office]"}
MOST = {"zh": 1, "en": 2}
# The longest that an office would set.
SETTINGS = {
    "report_phone": "0731-88888888",
    "report_mailbox": "区政府大院东门口西侧墙上信箱",
    "report_in_person": "区政府一楼大厅左边第三个窗口",
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_message_fits(open_channel: Callable[..., Channel], scheme_clock: StoppedClock, language: str) -> None:
    """With its choices, on every way through the talk, under the longest settings."""
    channel = open_channel(**(SETTINGS if language == "zh" else {"report_phone": SETTINGS["report_phone"]}))
    person = Confidant(line_over(channel, scheme_clock), language=language)
    person.says("4", "3", "x", "4", "1", "nowhere", "名T1V1", "9", "12", "完", draw_receipt(), "菜单", *TEXTS)
    number = person.files("甲", begin=())
    person.says("4", "2", "12", draw_receipt(), number[:-1] + str((int(number[-1]) + 1) % 10), number, "2", "乙", "END")
    scheme_clock.move(timedelta(days=31))
    person.says("4", number, "1", "丙")
    scheme_clock.move(timedelta(minutes=11))
    person.says("丁", "4", "2", *(draw_receipt() for _ in range(6)))
    stranger = Confidant(person.line, OTHER_PHONE, language=language)
    stranger.says(*BEGIN[:3], "3")
    heard = [text for text in (*person.heard, *stranger.heard) if "T1V1" not in text]
    assert len(set(heard)) > 15
    long = [text for text in heard if segments(SIGNATURES[language] + _without_places(text)) > MOST[language]]
    assert long == []


def _without_places(text: str) -> str:
    """The areas of the tests have Chinese names in either language."""
    return text.replace("名", "N")
