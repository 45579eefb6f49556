"""工作: a cadre in chat and by SMS. Who he is was proven once; that it is he who acts is proven at each act."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import count

import pytest
from sqlalchemy import select

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import OutboxRow
from core.dialogue.prompt import Inbound
from core.domain.contact import ContactPerson
from core.domain.enrolment import Enrolment
from core.domain.notice import Notice, NoticeState
from core.domain.person import Person
from core.domain.staff import Role, Staff
from core.domain.visit import Visit, VisitState
from core.errors import JiangfuError
from core.services.acting import Actor, set_pin
from core.services.staffing.inviting import actor_of, invite
from core.services.staffing.revoking import revoke
from core.settings import Settings
from tests.core.services.notices.village import DAY, Village, village
from tests.districts import CADRE_PHONE
from tests.lines import make_line
from tests.stopped_clock import MID_MAY, StoppedClock

CHAT, STRANGER = "9001", "+8613700137000"
_IDS = count()


class Cadre:
    """The village, the line to it, and its cadre with a phone and a chat."""

    def __init__(self, place: Village, clock: StoppedClock) -> None:
        self.place, self.clock = place, clock
        self.line = make_line(place.sessions, place.vault, clock, place.settings)
        with transaction(place.sessions) as session:
            admin = session.scalars(select(Staff).where(Staff.role == Role.ADMIN, Staff.left_at.is_(None))).one()
            self.admin = Actor(admin.id, admin.role, admin.area_id)
            set_pin(session.get_one(Staff, place.actors["cadre"].staff_id), "2468")

    def chats(self, text: str) -> str:
        """In the chat."""
        return self._says("telegram", CHAT, text)

    def texts(self, text: str, phone: str = CADRE_PHONE) -> str:
        """By SMS."""
        return self._says("sms", phone, text)

    def _says(self, channel: str, address: str, text: str) -> str:
        reply = self.line.answer(Inbound(channel, address, f"w{next(_IDS)}", text))
        return "\n".join("\n".join((p.text, *(f"{c.digit} {c.label}" for c in p.choices))) for p in reply.prompts)

    def invited(self) -> str:
        """A code from the office."""
        with transaction(self.place.sessions) as session:
            return invite(session, self.place.vault, self.admin, CADRE_PHONE, self.clock.now())

    def linked(self) -> None:
        """Both the phone and the chat are his."""
        for says in (self.chats, self.texts):
            says("你好")
            assert says(self.invited()) == "登记好了。要办工作，发“工作”。"

    def code(self, text_key: str = "work.code") -> str:
        """The last code that went to a phone."""
        with transaction(self.place.sessions) as session:
            query = select(OutboxRow).where(OutboxRow.text_key == text_key).order_by(OutboxRow.id.desc()).limit(1)
            fields: dict[str, str] = json.loads(
                self.place.vault.open(OutboxRow.fields, session.scalars(query).one().fields or b"")
            )
            return fields["code"]


@pytest.fixture
def cadre(
    sessions: Sessions, vault: Vault, settings: Callable[..., Settings], scheme_clock: StoppedClock
) -> Iterator[Cadre]:
    """The cadre of the village."""
    yield Cadre(village(sessions, vault, settings), scheme_clock)


def test_linking(cadre: Cadre) -> None:
    """By the office's code, once; a phone only if it is the registered one; who is a stranger sees no menu."""
    assert cadre.chats("工作").endswith("\n这个号码没有登记为工作人员。")
    code = cadre.invited()
    cadre.texts("你好", STRANGER)
    assert cadre.texts(code, STRANGER).startswith("邀请码不对")
    assert cadre.chats(code).startswith("登记好了")
    cadre.texts("你好")
    assert cadre.texts(code).startswith("邀请码不对")  # used
    old = cadre.invited()
    cadre.clock.move(DAY)
    assert cadre.texts(old).startswith("邀请码不对")
    assert cadre.chats("工作") == "工作菜单，请回数字：\n1 写通知\n2 上次通知\n3 上门名单\n4 登记电话"


def test_a_notice_by_chat(cadre: Cadre) -> None:
    """Words, how it reads and what it costs, a yes, the PIN; then how far it came."""
    cadre.linked()
    cadre.chats("工作")
    assert "最多300字" in cadre.chats("1")
    assert "不能空" in cadre.chats("{name}来")
    shown = cadre.chats("{surname}老人家，明天收材料，问13900001111。")
    assert shown.startswith("名T1V1周建明：欧阳老人家，明天收材料")
    assert "请再看一眼：有电话号码。" in shown
    assert "给5人发3条，最多0.10元，5月12日 10:00发完。没电话1人，退订1人。\n1 发送\n2 重写\n3 不发了" in shown
    assert "最多300字" in cadre.chats("2")
    cadre.chats("{surname}老人家，明天收材料。")
    assert cadre.chats("1") == "请回您的PIN码。"
    assert cadre.chats("1111") == "PIN码不对，请再回一次。"
    assert cadre.place.rows() == {}
    assert cadre.chats("2468").startswith("开始发了，共5条。")
    assert len(cadre.place.rows()) == 3
    assert "共5人，已知道0人，上门0人，还差5人" in cadre.chats("2")
    cadre.chats("1")
    cadre.chats("{surname}老人家，明天收材料。")
    assert "一天内" in cadre.chats("1")  # the PIN holds as long as the talk
    assert "没有发出" in cadre.chats("2")


def test_by_sms_each_act_needs_a_code(cadre: Cadre) -> None:
    """It goes to the registered number, whoever has sent the message; it is good for one act, once."""
    cadre.linked()
    cadre.place.sent()
    cadre.texts("工作")
    listed = cadre.texts("3")
    assert listed.startswith("要上门的人，回数字登记：\n1 王某 告诉通知")
    assert "桂兰" not in listed
    assert "1 见到了\n2 不在家" in cadre.texts("1")
    assert cadre.texts("1").startswith("确认码已发到登记的手机")
    first = cadre.code()
    wrong = f"{(int(first) + 1) % 10**6:06}"
    assert cadre.texts(wrong) == "确认码不对，请看清楚再回。"
    assert "记下了：王某见到了。" in cadre.texts(first)
    cadre.texts("1")
    cadre.texts("1")
    assert cadre.code() != first
    assert "确认码不对" in cadre.texts(first)  # of another act, and used
    with transaction(cadre.place.sessions) as session:
        states = sorted(visit.state for visit in session.query(Visit))
    assert states == [VisitState.DONE, VisitState.OPEN, VisitState.OPEN]


def test_a_code_ends(cadre: Cadre) -> None:
    """After ten minutes, and after five wrong ones; nothing was done."""
    cadre.linked()
    cadre.place.sent()
    for ends in ("late", "guessed"):
        for word in ("工作", "3", "1", "1"):
            cadre.texts(word)
        code = cadre.code()
        if ends == "late":
            cadre.clock.move(DAY / 144)
            assert "过期或用过" in cadre.texts(code)
        else:
            wrong = f"{(int(code) + 1) % 10**6:06}"
            assert ["确认码不对" in cadre.texts(wrong) for _ in range(4)] == [True] * 4
            assert "过期或用过" in cadre.texts(wrong)
    with transaction(cadre.place.sessions) as session:
        assert {visit.state for visit in session.query(Visit)} == {VisitState.OPEN}


def test_out_of_office_at_once(cadre: Cadre) -> None:
    """In the middle of a talk; what was not sent is the successor's draft, for what is under way he answers."""
    cadre.linked()
    place = cadre.place
    under_way, draft = place.sent(), place.write(words="别的")
    with transaction(place.sessions) as session:
        old = session.get_one(Staff, place.actors["cadre"].staff_id)
        phone = "+8613907310099"
        heir = Staff(
            name=old.name, role=old.role, area_id=old.area_id, phone=old.phone,
            phone_hash=place.vault.lookup("staff_phone", phone),
        )  # fmt: skip
        session.add(heir)
        session.flush()
        heir_id = heir.id
    cadre.chats("工作")
    with pytest.raises(JiangfuError, match="2 notices are open"), transaction(place.sessions) as session:
        revoke(session, place.vault, cadre.admin, CADRE_PHONE, "", MID_MAY)
    with pytest.raises(JiangfuError, match="by an administrator"), transaction(place.sessions) as session:
        revoke(session, place.vault, place.actors["inspector"], CADRE_PHONE, phone, MID_MAY)
    with transaction(place.sessions) as session:
        assert revoke(session, place.vault, place.actors["township"], CADRE_PHONE, phone, MID_MAY) == 2
    assert cadre.chats("1") == "这个号码没有登记为工作人员。"
    assert cadre.texts("工作") == "这个号码没有登记为工作人员。"
    with transaction(place.sessions) as session:
        kept = {notice.id: (notice.staff_id, notice.keeper_id, notice.state) for notice in session.query(Notice)}
        assert kept[under_way] == (place.actors["cadre"].staff_id, heir_id, NoticeState.RELEASED)
        assert kept[draft] == (heir_id, heir_id, NoticeState.DRAFT)
        assert actor_of(session, 1) is None


def test_a_phone_is_enrolled_with_consent(cadre: Cadre) -> None:
    """The code goes to the villager's phone; only when he reads it out is the phone his, and that is kept."""
    cadre.linked()
    place = cadre.place
    with transaction(place.sessions) as session:
        ref = session.get_one(Person, place.ids["nothing"]).ref
        elsewhere = session.get_one(Person, place.ids["elsewhere"]).ref
    for word in ("工作", "4", elsewhere, "13700137000"):
        cadre.chats(word)
    assert "编号不是您这里的" in cadre.chats("2468")
    for word in ("4", ref):
        cadre.chats(word)
    assert cadre.chats("13700137000").startswith("验证码发到那部手机了")
    code = cadre.code("enrol.code")
    assert "再念一遍" in cadre.chats(f"{(int(code) + 1) % 10**6:06}")
    with transaction(place.sessions) as session:
        assert session.query(ContactPerson).filter_by(person_id=place.ids["nothing"]).count() == 0
    assert cadre.chats(code).startswith("登记好了")
    with transaction(place.sessions) as session:
        assert session.query(ContactPerson).filter_by(person_id=place.ids["nothing"]).one().linked_by == "door"
        kept = session.query(Enrolment).one()
        assert (kept.consented_at, kept.staff_id) == (MID_MAY, place.actors["cadre"].staff_id)
