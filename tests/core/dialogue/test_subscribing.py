"""关注 and 不是本人: who hears a village, and whose a phone is not."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import State
from core.dialogue.prompt import Inbound
from core.domain.enrolment import Disowned
from core.domain.visit import VisitReason
from core.settings import Settings
from tests.core.services.notices.village import village
from tests.lines import make_line
from tests.stopped_clock import StoppedClock

PHONE, SON = "+8613800130000", "+8613700137000"
_IDS = count()


def test_a_village_is_followed_by_digits(
    sessions: Sessions, vault: Vault, settings: Callable[..., Settings], scheme_clock: StoppedClock
) -> None:
    """From any phone; what is followed is shown, and a digit stops it."""
    place = village(sessions, vault, settings)
    line = make_line(sessions, vault, scheme_clock, place.settings)

    def says(text: str) -> str:
        reply = line.answer(Inbound("sms", SON, f"s{next(_IDS)}", text))
        return "\n".join("\n".join((p.text, *(f"{c.digit} {c.label}" for c in p.choices))) for p in reply.prompts)

    assert says("关注").endswith("关注哪里的通知？请选：\n1 名T1\n2 名T2")
    assert says("1") == "关注哪个村？请选：\n1 名T1V1\n2 名T1V2"
    assert says("1").startswith("好，名T1V1的通知以后也发给您。")
    first = place.sent(words="第一条")
    assert place.rows()["?", 0].event == f"notice:{first}"
    assert says("关注") == "您关注着：回数字就取消。\n1 名T1V1\n2 再关注一个村"
    assert says("1") == "好，名T1V1的通知不再发给您。"
    place.sent(words="第二条")
    assert place.rows()["?", 0].event == f"notice:{first}"


def test_a_phone_that_is_somebody_elses(
    sessions: Sessions, vault: Vault, settings: Callable[..., Settings], scheme_clock: StoppedClock
) -> None:
    """不是本人: what waits for it does not leave, and nothing personal goes there until it is confirmed anew."""
    place = village(sessions, vault, settings)
    line = make_line(sessions, vault, scheme_clock, place.settings)
    place.sent(words="第一条")
    reply = line.answer(Inbound("sms", PHONE, "n1", "不是本人"))
    assert reply.prompts[-1].text == "记下了，以后不往这个号码发别人的消息。"
    assert place.rows()["phone", 0].state is State.CANCELLED
    place.sent(words="第二条")
    assert place.rows()["phone", 0].state is State.CANCELLED  # no second row
    assert place.visits()["phone"].reason is VisitReason.NO_PHONE
    with transaction(sessions) as session:
        assert session.query(Disowned).one().person_id == place.ids["phone"]
