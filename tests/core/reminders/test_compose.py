"""What each message says at the moment of sending, and when it is dropped because it makes no sense any more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import MessageKind, OutboxRow, enqueue
from core.delivery.sender import Dropped
from core.domain.application import Application, StageChange
from core.domain.contact import Contact, Language
from core.domain.person import Person
from core.domain.stage import Stage
from core.reminders.compose import WORDS, Composer
from core.settings import Settings
from tests.core.reminders.people import People, at, move
from tests.stopped_clock import StoppedClock

PHONE = "0731-8888"


@dataclass
class Desk:
    """A village with one applicant on the list, and a composer over it."""

    sessions: Sessions
    vault: Vault
    clock: StoppedClock
    settings: Settings
    people: People

    @contextmanager
    def row(self, text: str, event: str, **fields: str) -> Iterator[tuple[Session, OutboxRow, Contact]]:
        """A row of that text and event for the applicant, in a transaction, with his contact."""
        with transaction(self.sessions) as session:
            self.people.session = session
            contact = self.people.phone("listed")
            now = self.clock.now()
            enqueue(
                session,
                self.vault,
                contact_id=contact.id,
                person_id=self.people.ids["listed"],
                text_key=text,
                event=event,
                kind=MessageKind.REMINDER,
                fields=fields or None,
                now=now,
                expires_at=now + timedelta(days=1),
            )
            session.flush()
            yield session, session.scalars(select(OutboxRow).where(OutboxRow.text_key == text)).one(), contact

    def text(self, text: str, event: str, **fields: str) -> str:
        """What that row says."""
        with self.row(text, event, **fields) as (session, row, contact):
            said = Composer(self.vault, self.settings, self.clock)(session, row, contact)
            session.delete(row)
        return said

    def change(self, stage: Stage, reason: str = "") -> str:
        """Move the applicant to a stage; the event of that change."""
        with transaction(self.sessions) as session:
            application = session.scalars(select(Application)).one()
            application.stage, application.stage_since = stage, self.clock.now()
            sealed = self.vault.seal(StageChange.reason, reason) if reason else None
            change = StageChange(
                application_id=application.id, changed_at=self.clock.now(), to_stage=stage, reason=sealed
            )
            session.add(change)
            session.flush()
            return f"change:{change.id}"

    @property
    def ref(self) -> str:
        """The applicant's reference."""
        with transaction(self.sessions) as session:
            return session.scalars(select(Person.ref)).one()

    def event(self, window: str) -> str:
        """The event of that window this year in his village."""
        return f"{window}:2026:{self.people.district.areas['T1V1']}"


@pytest.fixture
def desk(sessions: Sessions, vault: Vault, scheme_clock: StoppedClock, settings: Callable[..., Settings]) -> Desk:
    """At 10:00 on 12 March, when the village's list has just opened."""
    scheme_clock.move(to=at(2026, 3, 12))
    with transaction(sessions) as session:
        people = People(session, vault)
        people.add("listed", Stage.VILLAGE_LISTED)
    return Desk(sessions, vault, scheme_clock, settings(office_phone=PHONE), people)


@pytest.mark.parametrize(
    ("text", "window", "chinese", "english"),
    [
        ("remind.list_opens", "village", "村级公示到3月21日止", "The village list is posted until Mar 21"),
        ("remind.list_opens", "township", "乡镇公示到4月15日止", "The township list is posted until Apr 15"),
        ("remind.list_closes", "district", "区级公示5月18日截止", "The district list closes at the end of May 18"),
        ("remind.form_days", "forms", "编号{ref}：请3月26-27日到村委会填申报表", "Ref {ref}: fill in the form at the village office, Mar 26-27"),
        ("remind.papers_due", "papers", "编号{ref}：材料最晚3月31日交到村委会", "Ref {ref}: hand in form"),
    ],
)  # fmt: skip
def test_reminders_of_windows_name_the_days(desk: Desk, text: str, window: str, chinese: str, english: str) -> None:
    """In the reader's language; personal ones by the reference, for a phone may serve a family."""
    ref = desk.ref
    assert desk.text(text, desk.event(window)).startswith(chinese.format(ref=ref))
    with transaction(desk.sessions) as session:
        session.execute(update(Contact).values(language=Language.ENGLISH))
    assert desk.text(text, desk.event(window)).startswith(english.format(ref=ref))


def test_a_text_does_not_depend_on_when_it_is_sent(desk: Desk) -> None:
    """A second try days later says the same, word for word."""
    first = desk.text("remind.list_opens", desk.event("village"))
    desk.clock.move(timedelta(days=8))
    assert desk.text("remind.list_opens", desk.event("village")) == first


def test_a_reminder_on_its_way_names_the_days_as_they_are_now(desk: Desk) -> None:
    """Planned by the old days, and not taken back because somebody was already sending it."""
    with transaction(desk.sessions) as session:
        move(session, "village", "T1V1", date(2026, 3, 12), date(2026, 3, 25), desk.clock.now())
    assert "到3月25日止" in desk.text("remind.list_opens", desk.event("village"))


def _over(desk: Desk) -> None:
    desk.clock.move(to=at(2026, 4, 1))


def _gone(desk: Desk) -> None:
    desk.change(Stage.CEASED, "2026年3月去世")


def _off_the_list(desk: Desk) -> None:
    desk.change(Stage.REJECTED, "不符合")


@pytest.mark.parametrize(
    ("label", "text", "window", "since", "note"),
    [
        ("the list is closed", "remind.list_opens", "village", _over, "window_over"),
        ("the person has died", "remind.list_opens", "village", _gone, "not_concerned"),
        ("he need not fill in a form any more", "remind.form_days", "forms", _off_the_list, "not_concerned"),
        ("he was never paid", "remind.passbook_day", "payout", lambda _desk: None, "not_concerned"),
    ],
)
def test_what_makes_no_sense_any_more_is_dropped(
    desk: Desk, label: str, text: str, window: str, since: Callable[[Desk], object], note: str
) -> None:
    """With a word that says why."""
    since(desk)
    with pytest.raises(Dropped) as dropped:
        desk.text(text, desk.event(window))
    assert dropped.value.note == note


def test_a_neighbour_off_the_list_still_hears_of_it(desk: Desk) -> None:
    """Whoever was refused may object like everybody else."""
    _off_the_list(desk)
    assert desk.text("remind.list_opens", desk.event("village"))


@pytest.mark.parametrize(("closes", "note"), [(25, None), (26, "moved_again")])
def test_a_move_names_what_moved_and_to_when(desk: Desk, closes: int, note: str | None) -> None:
    """Unless it has moved again since: that is another message."""
    now = desk.clock.now()
    with transaction(desk.sessions) as session:
        change = move(session, "forms", "T1", date(2026, 3, 24), date(2026, 3, 25), now)
        move(session, "forms", "T1", date(2026, 3, 24), date(2026, 3, closes), now)
    event = f"{desk.event('forms')}:0324-0325:{change}"
    if note is None:
        assert (
            desk.text("remind.window_moved", event) == f"填申报表改期：改在3月24-25日，以这条为准。不清楚请打{PHONE}。"
        )
        return
    with pytest.raises(Dropped) as dropped:
        desk.text("remind.window_moved", event)
    assert dropped.value.note == note


@pytest.mark.parametrize(
    ("text", "stage", "reason", "said"),
    [
        ("remind.stage", Stage.VILLAGE_REVIEWED, "", "编号{ref}：村里已评议。下一步乡镇审核，4月1-4日。查进度回2。"),
        ("remind.stage", Stage.WITHDRAWN, "", f"编号{{ref}}：已撤回。看原因回2，有疑问打{PHONE}。"),
        ("remind.rejected", Stage.REJECTED, "有三个孩子。", f"编号{{ref}}没有通过：有三个孩子。不服可申请复核一次，回2或打{PHONE}。"),
        ("remind.confirmed", Stage.CONFIRMED, "", "编号{ref}已确认，每年领960元。今年7月29-30日发光荣证和存折。"),
    ],
)  # fmt: skip
def test_decisions_say_what_was_decided(desk: Desk, text: str, stage: Stage, reason: str, said: str) -> None:
    """The stage, the reason where there is one, and what comes next; never a name."""
    assert desk.text(text, desk.change(stage, reason)) == said.format(ref=desk.ref)


def test_a_decision_that_another_has_followed_is_dropped(desk: Desk) -> None:
    """The later one has a message of its own, or has taken the first back."""
    first, second = desk.change(Stage.VILLAGE_REVIEWED), desk.change(Stage.REJECTED, "不符合")
    with pytest.raises(Dropped) as dropped:
        desk.text("remind.stage", first)
    assert dropped.value.note == "overtaken"
    assert desk.text("remind.rejected", second)


def test_other_messages_are_said_from_their_own_fields(desk: Desk) -> None:
    """Sealed in the row until then."""
    assert desk.text("link.code", "link", code="123456") == "绑定验证码123456，10分钟内有效。不是您在办，就不用理。"


def test_the_introduction_is_said_once(desk: Desk) -> None:
    """A second try says it again; whoever has written meanwhile was introduced then."""
    compose = Composer(desk.vault, desk.settings, desk.clock)
    with desk.row("hello", "hello") as (session, row, contact):
        first = compose(session, row, contact)
        planned_at = row.created_at
    with transaction(desk.sessions) as session:
        row, contact = session.scalars(select(OutboxRow)).one(), session.scalars(select(Contact)).one()
        assert contact.introduced_at == planned_at
        assert compose(session, row, contact) == first
        assert "退订" in first
        contact.introduced_at = datetime.fromisoformat("2026-03-12T10:00:01+08:00")
        with pytest.raises(Dropped) as dropped:
            compose(session, row, contact)
    assert dropped.value.note == "introduced"


def test_no_message_names_the_person(desk: Desk) -> None:
    """Numbers change hands: of all that is composed from records, none holds the name or the ID number."""
    events = {
        "remind.stage": desk.change(Stage.VILLAGE_LISTED),
        "remind.window_moved": f"{desk.event('village')}:0312-0321:1",
    }
    for text in WORDS:
        event = events.get(text, desk.event("village"))
        if text in {
            "remind.stage",
            "remind.list_opens",
            "remind.list_closes",
            "remind.form_days",
            "remind.window_moved",
        }:
            assert "王" not in desk.text(text, event)
