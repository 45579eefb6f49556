"""core/services/windows: who moves a window, what it may not do, and what follows for what was planned."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import OutboxRow, State
from core.domain.area import Area
from core.domain.contact import Contact
from core.domain.published_list import PublishedList
from core.domain.staff import Role
from core.domain.window import WindowChange
from core.errors import NotAllowed, NotFound
from core.policy import calendar
from core.services.acting import Actor
from core.services.windows import move_window
from tests.core.services.moving import FEBRUARY, Office, days
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY, SHANGHAI

REFUSED = {
    "the days in the wrong order": (("village", "T1V1", "03-20 03-12"), "before it opens"),
    "a year that is over": (("village", "T1V1", "03-12 03-21", None, MID_MAY.replace(year=2027)), "2026 is over"),
    "days of another year": (("village", "T1V1", "03-12 03-21", None, FEBRUARY, 2027), "does not lie in 2027"),
    "the township's list in a village": (("township", "T1V1", "04-07 04-16"), "name the township of T1V1"),
    "the district's list in a township": (("district", "T1", "05-09 05-19"), "name the district of T1"),
    "the village list into the township's": (("village", "T1V1", "03-30 04-06"), "In T1V1 the village list would"),
    "the township list onto the village's": (("township", "T1", "03-21 03-30"), "In T1V1 the village list would"),
    "the district list before the others": (("district", "D", "01-08 01-18"), "In T1V1 the township list would"),
}


@on_sqlite
@pytest.mark.parametrize(("words", "refusal"), REFUSED.values(), ids=REFUSED)
def test_what_a_window_may_not_do(office: Office, words: tuple[str, ...], refusal: str) -> None:
    """It is refused with the reason, and nothing is kept."""
    with pytest.raises(NotAllowed, match=refusal):
        office.move(*words)  # type: ignore[arg-type]
    with transaction(office.sessions) as session:
        assert session.scalars(select(WindowChange)).all() == []


@on_sqlite
def test_an_unknown_window_is_named_with_those_there_are(office: Office) -> None:
    """So that the officer need not guess."""
    with pytest.raises(NotFound, match="harvest is no window of the year; there are: village, forms, "):
        office.move("harvest", "D", "03-12 03-21")


@on_sqlite
def test_a_village_with_its_own_days_holds_up_the_district(office: Office) -> None:
    """Of everything below, the strictest decides, and it is named."""
    office.move("village", "T2V1", "03-12 04-04")
    with pytest.raises(NotAllowed, match="In T2V1 the village list would hang until 2026-04-04"):
        office.move("township", "D", "04-02 04-05")
    office.move("township", "T1", "04-02 04-05")
    assert office.days("township", "T1V1") == days("04-02 04-05")


@on_sqlite
def test_one_day_between_two_lists_is_enough(office: Office) -> None:
    """The next may open on the day after the last."""
    office.move("village", "D", "03-12 04-05")
    assert office.days("village", "T2V1") == days("03-12 04-05")


WHO = [
    ("the district's officer, any window", Role.OFFICER, "D", "district", "D", ""),
    ("an administrator", Role.ADMIN, "D", "village", "T1V1", ""),
    ("the township's officer, for a village of his", Role.OFFICER, "T1", "village", "T1V1", ""),
    ("the township's officer, for all his villages", Role.OFFICER, "T1", "forms", "T1", ""),
    ("the township's officer, not his own list", Role.OFFICER, "T1", "township", "T1", "the level above"),
    ("another township's officer", Role.OFFICER, "T2", "village", "T1V1", "T1V1 is not in your area"),
    ("the township's officer, not the whole district", Role.OFFICER, "T1", "village", "D", "D is not in your area"),
    ("a village's officer, not his own list", Role.OFFICER, "T1V1", "village", "T1V1", "the level above"),
    ("a cadre never", Role.CADRE, "T1V1", "village", "T1V1", "cadre may not move"),
    ("an inspector never", Role.INSPECTOR, "D", "village", "T1V1", "inspector may not move"),
]


@on_sqlite
@pytest.mark.parametrize(
    ("role", "own", "window", "area", "refusal"), [row[1:] for row in WHO], ids=[row[0] for row in WHO]
)
def test_who_moves_a_window(office: Office, role: Role, own: str, window: str, area: str, refusal: str) -> None:
    """An officer of the level above, or of the district, and only in his own area."""
    who = Actor(office.staff[Role.OFFICER, "D"], role, office.areas[own])
    first, last = calendar.days_of(window, 2026)
    words = f"{first + timedelta(1):%m-%d} {last + timedelta(1):%m-%d}"
    if not refusal:
        office.move(window, area, words, who)
        assert office.days(window, area) == days(words)
        return
    with pytest.raises(NotAllowed, match=refusal):
        office.move(window, area, words, who)


class TestOfAListThatHangs:
    """Once a list is frozen it hangs: its opening is a fact."""

    NOW = datetime(2026, 3, 14, 10, tzinfo=SHANGHAI)

    @pytest.fixture(autouse=True)
    def _frozen(self, office: Office) -> None:
        with transaction(office.sessions) as session:
            session.add(
                PublishedList(
                    year=2026, level="village", area_id=office.areas["T1V1"], board_code="0042", entries=0,
                    frozen_at=self.NOW,
                )
            )  # fmt: skip

    @pytest.mark.parametrize("area", ["T1V1", "T1", "D"])
    def test_it_cannot_open_again_later(self, office: Office, area: str) -> None:
        """Neither by its own days nor by those of an area above."""
        with pytest.raises(NotAllowed, match="list of T1V1 hangs already"):
            office.move("village", area, "03-15 03-24", now=self.NOW)

    @on_sqlite
    def test_it_may_hang_longer(self, office: Office) -> None:
        """The closing day may be moved."""
        office.move("village", "T1V1", "03-12 03-25", now=self.NOW)
        assert office.days("village", "T1V1") == days("03-12 03-25")

    @on_sqlite
    def test_its_opening_may_be_put_right(self, office: Office) -> None:
        """To the day on which it was really hung up: that one is not to come."""
        office.move("village", "T1V1", "03-14 03-23", now=self.NOW)
        assert office.days("village", "T1V1") == days("03-14 03-23")

    @on_sqlite
    def test_a_clock_that_was_set_back_changes_nothing(self, office: Office) -> None:
        """Its opening day may then lie ahead; it is not moved by who moves the closing day."""
        office.move("village", "T1V1", "03-12 03-25", now=self.NOW.replace(day=11))
        assert office.days("village", "T1V1") == days("03-12 03-25")

    @on_sqlite
    def test_others_are_free(self, office: Office) -> None:
        """The neighbouring village, whose list does not hang yet, and the next year's list of this one."""
        office.move("village", "T1V2", "03-15 03-24", now=self.NOW)
        with transaction(office.sessions) as session:
            area = session.get_one(Area, office.areas["T1V1"])
            move_window(session, 2027, "village", area, date(2027, 3, 15), date(2027, 3, 24), None, self.NOW)


class TestWhatWasPlanned:
    """Reminders that nobody has touched are planned anew by the new days."""

    @pytest.fixture(autouse=True)
    def _contact(self, sessions: Sessions, vault: Vault, office: Office) -> None:
        with transaction(sessions) as session:
            contact = Contact(
                channel="sms", address=vault.seal(Contact.address, "+8613800138000"), address_hash=b"x" * 32
            )
            session.add(contact)
            session.flush()
            self.contact_id = contact.id
        self.sessions = sessions

    def plan(self, event: str, state: State = State.QUEUED, attempts: int = 0) -> None:
        """A reminder about that event."""
        with transaction(self.sessions) as session:
            session.add(
                OutboxRow(
                    contact_id=self.contact_id, kind="reminder", priority=2, text_key="remind.list_opens",
                    event=event, created_at=FEBRUARY, not_before=FEBRUARY, expires_at=MID_MAY, state=state,
                    attempts=attempts,
                )
            )  # fmt: skip

    def planned(self) -> set[str | None]:
        """The events that reminders stand for."""
        with transaction(self.sessions) as session:
            return set(session.scalars(select(OutboxRow.event)))

    def test_only_the_untouched_of_the_villages_that_moved(self, office: Office) -> None:
        """Another window's, another year's, another village's, and what a sender has had in hand all stay."""
        here, kept, elsewhere = (office.areas[code] for code in ("T1V1", "T1V2", "T2V1"))
        office.move("village", "T1V2", "03-13 03-22")
        moved = {f"village:2026:{here}"}
        stays = {
            f"village:2026:{kept}",
            f"village:2026:{elsewhere}",
            f"village:2027:{here}",
            f"forms:2026:{here}",
            "change:7",
        }
        for event in moved | stays:
            self.plan(event)
        office.move("village", "T1", "03-11 03-20")
        assert self.planned() == stays

    @pytest.mark.parametrize(
        ("state", "attempts"), [(State.SENDING, 1), (State.QUEUED, 1), (State.SENT, 1), (State.DELIVERED, 1)]
    )
    def test_what_was_touched_stays(self, office: Office, state: State, attempts: int) -> None:
        """It may have reached somebody, who then hears of the move."""
        event = f"village:2026:{office.areas['T1V1']}"
        self.plan(event, state, attempts)
        office.move("village", "T1V1", "03-11 03-20")
        assert self.planned() == {event}
