"""Is this really from you?, and 知道了: what a phone learns of a code, and what a word says of the last notice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from sqlalchemy import update

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import MessageKind, OutboxRow, State, enqueue
from core.dialogue.prompt import Inbound
from core.domain.contact import Contact
from core.domain.notice import Acknowledgement, Notice
from core.services.notices.ending import recall
from core.settings import Settings
from tests.core.services.notices.village import DAY, Village, village
from tests.lines import make_line
from tests.stopped_clock import MID_MAY, StoppedClock

PHONE, STRANGER = "+8613800130000", "+8613700137000"
CODE = "482913"
_IDS = count()


class Talk:
    """The village and a line to it."""

    def __init__(self, place: Village, clock: StoppedClock) -> None:
        self.place, self.clock = place, clock
        self.line = make_line(place.sessions, place.vault, clock, place.settings)

    def says(self, text: str, phone: str = PHONE) -> str:
        """What is answered, all of it."""
        reply = self.line.answer(Inbound("sms", phone, f"g{next(_IDS)}", text))
        return "\n".join(prompt.text for prompt in reply.prompts)

    def came(self, number: int) -> None:
        """Let that notice have come to all."""
        with transaction(self.place.sessions) as session:
            whose = OutboxRow.event == f"notice:{number}"
            session.execute(update(OutboxRow).where(whose).values(state=State.SENT, sent_at=MID_MAY))
            mine = OutboxRow.person_id == self.place.ids["phone"]
            session.execute(update(OutboxRow).where(whose, mine).values(code=CODE))


@pytest.fixture
def talk(
    sessions: Sessions, vault: Vault, settings: Callable[..., Settings], scheme_clock: StoppedClock
) -> Iterator[Talk]:
    """Somebody talks with the line."""
    yield Talk(village(sessions, vault, settings), scheme_clock)


TEXT = "名T1V1周建明：王老人家，名T1V1明天上午在村部收材料。"
AS_TOLD = TEXT.replace("王", "某")


def test_a_notice_is_known_by_its_code(talk: Talk) -> None:
    """By the code or the whole text; its reader hears what it said, a stranger the same without the surname."""
    talk.came(talk.place.sent())
    genuine = f"是真的：名T1V1周建明5月12日发的，原文在下一条。您那条不一样，就不是我们的。\n{TEXT}"
    assert talk.says(CODE) == genuine
    assert talk.says(f"【奖扶办】{TEXT}（验{CODE}）") == genuine
    assert talk.says("４８２９１３") == genuine
    assert talk.says(CODE, STRANGER).endswith(AS_TOLD)


def test_a_forgery_is_not_ours(talk: Talk) -> None:
    """Whatever it says, 退订 included: nothing in it is taken for an order."""
    said = talk.says("【奖扶办】您的奖扶金已到，点链接领取，退订回T（验000111）")
    assert said.startswith("不是我们发的。别点链接，别转钱")
    with transaction(talk.place.sessions) as session:
        assert session.query(Notice).count() == 0
        assert session.query(Contact).filter(Contact.opted_out_at.is_not(None)).count() == 1  # as before: `silent`


def test_a_recalled_one_is_called_so(talk: Talk) -> None:
    """By its own code, and by that of the message that took it back."""
    number = talk.place.sent()
    talk.came(number)
    with transaction(talk.place.sessions) as session:
        recall(session, talk.place.vault, talk.place.actors["cadre"], number, MID_MAY)
        of_recall = OutboxRow.text_key == "notice.recalled"
        session.execute(update(OutboxRow).where(of_recall).values(code="111222", sent_at=MID_MAY))
    assert "已经作废" in talk.says(CODE)
    assert talk.says("111222") == "是真的：名T1V1周建明5月12日发的，前一条通知作废。"


def test_what_was_personal_stays_so(talk: Talk) -> None:
    """Who got it hears what it said; anybody else that there was one, of which kind and when."""
    place = talk.place
    contact_id = place.sent() and place.rows()["phone", 0].contact_id
    with transaction(place.sessions) as session:
        enqueue(
            session, place.vault, contact_id=contact_id, person_id=place.ids["phone"], text_key="case.done",
            event="case:1", kind=MessageKind.DECISION, now=MID_MAY, expires_at=MID_MAY + DAY, fields={"reason": "查过"},
        )  # fmt: skip
        session.flush()
        session.execute(
            update(OutboxRow)
            .where(OutboxRow.event == "case:1")
            .values(code="333444", sent_at=MID_MAY, state=State.SENT)
        )
    elsewhere = talk.says("333444", STRANGER)
    assert "奖扶办5月12日发过这个验证码的办理消息，是给别的号码的" in elsewhere
    own = talk.says("333444")
    assert own.startswith("是真的：奖扶办5月12日发到这个号码的，原文在下一条")
    assert own.split("\n", 1)[1] not in elsewhere


def test_a_code_to_link_with_is_ours_too(talk: Talk) -> None:
    """To the phone that got it, and to no other."""
    place = talk.place
    contact_id = place.sent() and place.rows()["phone", 0].contact_id
    with transaction(place.sessions) as session:
        enqueue(
            session, place.vault, contact_id=contact_id, text_key="link.code", fields={"code": "777888"},
            now=MID_MAY, expires_at=MID_MAY + DAY,
        )  # fmt: skip
        session.flush()
        session.execute(update(OutboxRow).where(OutboxRow.text_key == "link.code").values(sent_at=MID_MAY))
    assert talk.says("777888") == "是真的：奖扶办5月12日发到这个号码的，是一条验证码，别告诉任何人。"
    assert "没有发过" in talk.says("777888", STRANGER)


def test_guessing_is_limited(talk: Talk) -> None:
    """Five codes that we never sent lock the sender for a day, for right ones too; others go on asking."""
    talk.came(talk.place.sent())
    for number in range(5):
        assert "没有发过" in talk.says(f"00000{number}", STRANGER)
    assert "明天再查" in talk.says(CODE, STRANGER)
    assert "是真的" in talk.says(CODE)
    talk.clock.move(DAY)
    assert "是真的" in talk.says(CODE, STRANGER)


@pytest.mark.parametrize("word", ["知道了", "收到", "晓得了"])
def test_a_word_acknowledges_the_last_notice(talk: Talk, word: str) -> None:
    """From anywhere; once is enough. Without a notice it is a courtesy, and 收到 speaks of money."""
    assert talk.says("知道了").startswith("好的。")
    talk.came(talk.place.sent())
    assert talk.says(word) == "好，记下了：通知您已知道。"
    talk.says(word)
    with transaction(talk.place.sessions) as session:
        assert session.query(Acknowledgement).count() == 1
