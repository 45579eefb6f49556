"""core/services/notices: who may send what to whom, and that it goes to each once or to nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.loop import Loop
from core.delivery.outbox import State
from core.domain.contact import Contact, ContactPerson
from core.domain.notice import Follower, Notice, NoticeState
from core.domain.visit import VisitReason
from core.errors import JiangfuError, NotAllowed, NotFound
from core.reminders.compose import Composer
from core.services.notices.sending import SaidBefore, send
from core.services.notices.writing import Draft, change
from core.settings import Settings
from tests.core.delivery.letters import ScriptedSender, contact
from tests.core.services.notices.village import DAY, WORDS, Village, village
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY, StoppedClock


def test_a_notice_reaches_each_once(place: Village) -> None:
    """One message a person over his chat, else his phone; whom none reaches is visited, and so is who is ill."""
    number = place.write()
    assert place.rows() == {}
    notice = place.send(number)
    assert (notice.state, notice.people) == (NoticeState.RELEASED, 5)
    assert set(place.rows()) == {("phone", 0), ("chat", 0), ("home", 0)}
    reasons = {word: visit.reason for word, visit in place.visits().items()}
    assert reasons == {
        "nothing": VisitReason.NO_PHONE,
        "silent": VisitReason.OPTED_OUT,
        "home": VisitReason.HOME_VISIT,
    }
    assert place.text(place.rows()["phone", 0]) == "名T1V1周建明：王老人家，名T1V1明天上午在村部收材料。"
    assert place.text(place.rows()["chat", 0]).endswith("\n看到了请回“知道了”。")


def test_a_crash_before_the_commit_leaves_a_draft(place: Village) -> None:
    """State and messages are one transaction: sent again, it goes to each once; sent twice, the second is refused."""
    number = place.write()
    with pytest.raises(RuntimeError), transaction(place.sessions) as session:
        send(session, place.vault, place.settings, place.actors["cadre"], number, 1, MID_MAY)
        session.flush()
        raise RuntimeError
    assert place.rows() == {}
    assert place.visits() == {}
    place.send(number)
    with pytest.raises(NotAllowed, match="released already"):
        place.send(number)
    assert len(place.rows()) == 3


def test_what_was_looked_at_is_what_goes(place: Village) -> None:
    """A draft changed after the look is not sent by that look; a confirmed one is not changed any more."""
    number = place.write()
    with transaction(place.sessions) as session:
        change(session, place.vault, place.actors["cadre"], number, Draft("改了"), MID_MAY)
    with pytest.raises(NotAllowed, match="changed meanwhile"), transaction(place.sessions) as session:
        send(session, place.vault, place.settings, place.actors["cadre"], number, 1, MID_MAY)
    place.send(number)
    with pytest.raises(NotAllowed, match="not changed"), transaction(place.sessions) as session:
        change(session, place.vault, place.actors["cadre"], number, Draft("又改"), MID_MAY)
    assert place.text(place.rows()["phone", 0]) == "名T1V1周建明：改了"


@on_sqlite
@pytest.mark.parametrize(
    ("who", "said", "why"),
    [
        ("cadre", {"areas": ("T1V2",)}, "does not lie in your area"),
        ("cadre", {"areas": ("T1",)}, "does not lie in your area"),
        ("township", {"areas": ("T1V1", "T2V1")}, "does not lie in your area"),
        ("inspector", {}, "by cadres and officers"),
        ("cadre", {"areas": ("nowhere",)}, "no area's code"),
        ("cadre", {"words": " \n\t"}, "says nothing"),
        ("cadre", {"words": "字" * 301}, "at most 300"),
        ("cadre", {"words": "{name}，您好"}, "no such field"),
        ("cadre", {"words": "{surname.__class__}"}, "no such field"),
        ("cadre", {"words": "{surname!r}"}, "no such field"),
        ("cadre", {"words": "{} 您好"}, "no such field"),
        ("cadre", {"words": "您好 {"}, "brace stands alone"),
        ("cadre", {"words": "{date}开会"}, "which day"),
        ("cadre", {"english": "{link}"}, "no such field"),
        ("cadre", {"urgent": True}, "Only an officer"),
        ("cadre", {"ends": MID_MAY}, "end before it begins"),
    ],
)
def test_what_is_not_written(place: Village, who: str, said: dict[str, Any], why: str) -> None:
    """One sentence that says why, and no draft is left."""
    with pytest.raises(JiangfuError, match=why):
        place.write(who, **said)
    with transaction(place.sessions) as session:
        assert session.query(Notice).count() == 0


def test_only_its_sender_sends_a_draft(place: Village) -> None:
    """An officer over him does not either; who has no area in common is told that there is none."""
    number = place.write()
    with pytest.raises(NotAllowed, match="another's"):
        place.send(number, "officer")
    stranger = replace(place.actors["township"], area_id=place.actors["officer"].area_id + 2)  # T2
    with pytest.raises(NotFound), transaction(place.sessions) as session:
        send(session, place.vault, place.settings, stranger, number, 1, MID_MAY)


def test_many_people_need_a_second_officer(sessions: Sessions, vault: Vault, settings: Callable[..., Settings]) -> None:
    """Nothing goes before one other than the sender, over all of its areas, has confirmed it too."""
    place = village(sessions, vault, settings, notice_alone_most=4)
    number = place.write()
    assert place.send(number).state is NoticeState.AWAITING
    assert place.rows() == {}
    with pytest.raises(NotAllowed, match="second officer"):
        place.send(number)
    assert place.send(number, "township").state is NoticeState.RELEASED
    assert len(place.rows()) == 3
    of_both = place.write("officer", areas=("T1", "T2"))
    assert place.send(of_both, "officer", again=True).state is NoticeState.AWAITING
    with pytest.raises(NotFound):  # T1's officer does not even see what the district writes
        place.send(of_both, "township")


@on_sqlite
@pytest.mark.parametrize(
    ("words", "areas", "later", "asked"),
    [
        (WORDS, (), timedelta(hours=23), True),
        (WORDS.replace("，", ", "), (), timedelta(hours=1), True),
        (WORDS, (), DAY + timedelta(hours=1), False),
        ("别的事", (), timedelta(hours=1), False),
        (WORDS, ("T1V2",), timedelta(hours=1), False),
    ],
)
def test_the_same_words_to_the_same_village(
    place: Village, words: str, areas: tuple[str, ...], later: timedelta, asked: bool
) -> None:
    """Within a day it is asked first, however it is spaced; then it goes."""
    place.sent(ends=MID_MAY + 9 * DAY)
    now = MID_MAY + later
    number = place.write("township" if areas else "cadre", now, words=words, areas=areas, ends=MID_MAY + 9 * DAY)
    who = "township" if areas else "cadre"
    if asked:
        with pytest.raises(SaidBefore):
            place.send(number, who, now)
    assert place.send(number, who, now, again=asked).state is NoticeState.RELEASED


def test_who_follows_the_village_hears_it_too(place: Village) -> None:
    """Once, without a name, and nobody who is told anyway."""
    son = contact(place.sessions, place.vault, "+8613700137000", introduced_at=MID_MAY)
    with transaction(place.sessions) as session:
        village_id = place.actors["cadre"].area_id
        resident = session.query(ContactPerson).filter_by(person_id=place.ids["phone"]).one().contact_id
        for contact_id in (son, resident):
            session.add(Follower(contact_id=contact_id, area_id=village_id, since=MID_MAY))
    place.sent()
    follower = place.rows()["?", 0]
    assert follower.contact_id == son
    assert place.text(follower) == "名T1V1周建明：乡亲老人家，名T1V1明天上午在村部收材料。"
    assert len(place.rows()) == 4
    assert follower.state is State.QUEUED


def test_an_urgent_one_goes_at_night(place: Village) -> None:
    """Two officers together may wake people; by day one is enough, and what is not urgent waits for the morning."""
    night = MID_MAY + timedelta(hours=12)
    with transaction(place.sessions) as session:
        session.execute(update(Contact).values(introduced_at=MID_MAY))
    number = place.write("township", night, words="水库泄洪，马上到村部", areas=("T1V1",), urgent=True)
    assert place.send(number, "township", night).state is NoticeState.AWAITING
    assert place.send(number, "officer", night).state is NoticeState.RELEASED
    place.send(place.write("cadre", night, words="明天开会"), "cadre", night)
    sender = ScriptedSender()
    loop = Loop(
        place.sessions, place.vault, StoppedClock(night), place.settings, [sender],
        Composer(place.vault, place.settings, StoppedClock(night)), at_once=0,
    )  # fmt: skip
    while loop.step():
        pass
    assert ["水库泄洪" in message.text for message in sender.sent] == [True, True]
    by_day = place.write("township", words="早", areas=("T1V1",), urgent=True)
    assert place.send(by_day, "township").state is NoticeState.RELEASED
