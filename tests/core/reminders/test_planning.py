"""Who gets a row: each person of the audience once, over one contact, whoever plans it and however often."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import PRIORITIES, MessageKind, OutboxRow, State
from core.domain.application import Application
from core.domain.area import Area
from core.domain.contact import Contact
from core.domain.procedure_record import ProcedureRecord, RecordKind
from core.domain.stage import Stage
from core.reminders.due import Reminder, reminders
from core.reminders.planning import plan
from core.reminders.rules import rules
from tests.core.reminders.people import People, at, move, rows, settle_all
from tests.stopped_clock import MID_MAY

OPENED = at(2026, 3, 12, 8, 30)


EVERYBODY = range(10**6)


def reminder(sessions: Sessions, rule: str, window: str, now: datetime) -> Reminder:
    """The reminder of that rule and window of the year in the village T1V1, and wherever it has the same moment."""
    with transaction(sessions) as session:
        village_id = session.scalars(select(Area.id).where(Area.code == "T1V1")).one()
        everywhere = list(reminders(session, rules(), now))
    wanted = (rule, window, now.year)
    (found,) = (
        one for one in everywhere if (one.rule.name, one.window, one.year) == wanted and village_id in one.villages
    )
    return found


def planned(sessions: Sessions, what: Reminder, now: datetime) -> int:
    """Plan it in a transaction of its own."""
    with transaction(sessions) as session:
        return plan(session, what, EVERYBODY, now)


def words_of(people: People, outbox: list[OutboxRow]) -> list[str]:
    """Whom the rows are for, by the test's words."""
    names = {person_id: word for word, person_id in people.ids.items()}
    return sorted(names[row.person_id] for row in outbox if row.person_id)


@pytest.mark.parametrize(
    ("rule", "window", "now", "expected"),
    [
        ("list_opens", "village", OPENED, ["applies", "confirmed", "earlier", "listed", "neighbour", "rejected", "with papers"]),
        ("list_closes", "district", at(2026, 5, 17), ["applies", "confirmed", "earlier", "listed", "neighbour", "rejected", "with papers"]),
        ("form_days", "forms", at(2026, 3, 25), ["listed", "with papers"]),
        ("papers_due", "papers", at(2026, 3, 30), ["listed"]),
        ("passbook_day", "payout", at(2026, 7, 27), ["confirmed"]),
        ("yearly_check", "yearly_check", OPENED, ["earlier"]),
    ],
)  # fmt: skip
def test_who_hears_what(
    sessions: Sessions, vault: Vault, rule: str, window: str, now: datetime, expected: list[str]
) -> None:
    """The whole village hears of a list; of the rest those whom it asks to do something. The dead are left alone."""
    with transaction(sessions) as session:
        people = People(session, vault)
        people.add("neighbour")
        people.add("applies", Stage.DECLARED)
        people.add("listed", Stage.VILLAGE_LISTED)
        people.add("with papers", Stage.VILLAGE_LISTED)
        people.add("confirmed", Stage.CONFIRMED)
        people.add("earlier", Stage.CONFIRMED, year=2024)
        people.add("rejected", Stage.REJECTED)
        people.add("ceased", Stage.CEASED, year=2024)
        people.add("withdrawn", Stage.WITHDRAWN)
        people.add("elsewhere", Stage.VILLAGE_LISTED, village="T1")
        people.add("no phone", Stage.VILLAGE_LISTED, phone="")
        whose = Application.person_id == people.ids["with papers"]
        record = {"kind": RecordKind.PAPERS, "held_on": date(2026, 3, 29), "passed": True, "recorded_at": MID_MAY}
        application = session.scalars(select(Application.id).where(whose)).one()
        staff = next(iter(people.district.staff.values()))
        session.add(ProcedureRecord(application_id=application, staff_id=staff, **record))
    what = reminder(sessions, rule, window, now)
    assert planned(sessions, what, now) == len(expected)
    assert words_of(people, rows(sessions)) == expected


def test_what_a_row_says(sessions: Sessions, vault: Vault) -> None:
    """Everything that the sender needs, and nothing about the person but the numbers of the records."""
    with transaction(sessions) as session:
        people = People(session, vault)
        person, contact = people.add("neighbour"), people.phone("neighbour").id
    what, now = reminder(sessions, "list_opens", "village", OPENED), OPENED + timedelta(days=2)
    planned(sessions, what, now)
    (row,) = rows(sessions)
    assert (row.contact_id, row.person_id, row.text_key) == (contact, person, "remind.list_opens")
    assert row.event == f"village:2026:{people.district.areas['T1V1']}"
    assert (row.kind, row.priority, row.turn) == (MessageKind.REMINDER, PRIORITIES[MessageKind.REMINDER], 0)
    assert (row.state, row.attempts, row.fields, row.code) == (State.QUEUED, 0, None, None)
    assert (row.created_at, row.not_before, row.expires_at) == (now, OPENED, at(2026, 3, 22, 0))


@pytest.mark.parametrize(
    ("label", "rule", "chat", "change", "expected"),
    [
        ("a list goes to the chat first", "list_opens", True, None, "telegram"),
        ("to the phone where there is no chat", "list_opens", False, None, "sms"),
        ("and where the chat is blocked", "list_opens", True, ("telegram", "stopped_at"), "sms"),
        ("a form goes to the phone first", "form_days", True, None, "sms"),
        ("to the chat where the phone is dead", "form_days", True, ("sms", "stopped_at"), "telegram"),
        ("nowhere where nothing takes messages", "form_days", False, ("sms", "stopped_at"), None),
        ("who has opted out may still change his mind", "form_days", True, ("sms", "opted_out_at"), "sms"),
    ],
)
def test_over_which_channel(
    sessions: Sessions,
    vault: Vault,
    label: str,
    rule: str,
    chat: bool,
    change: tuple[str, str] | None,
    expected: str | None,
) -> None:
    """One message a person, over the first channel of the rule's that takes messages."""
    with transaction(sessions) as session:
        people = People(session, vault)
        people.add("listed", Stage.VILLAGE_LISTED)
        if chat:
            people.chat("listed")
        if change:
            session.execute(update(Contact).where(Contact.channel == change[0]).values({change[1]: MID_MAY}))
    now = at(2026, 3, 25) if rule == "form_days" else OPENED
    planned(sessions, reminder(sessions, rule, "forms" if rule == "form_days" else "village", now), now)
    with transaction(sessions) as session:
        channels = session.scalars(
            select(Contact.channel)
            .join(OutboxRow, OutboxRow.contact_id == Contact.id)
            .where(OutboxRow.text_key != "hello")
        ).all()
    assert channels == ([expected] if expected else [])


def test_a_family_on_one_phone_hears_once_a_person(sessions: Sessions, vault: Vault) -> None:
    """Two persons, two rows, one contact; and one introduction."""
    with transaction(sessions) as session:
        people = People(session, vault)
        people.add("husband", Stage.VILLAGE_LISTED, phone="+8613800138000")
        people.add("wife", Stage.VILLAGE_LISTED, phone="+8613800138000")
    planned(sessions, reminder(sessions, "list_opens", "village", OPENED), OPENED)
    assert words_of(people, rows(sessions)) == ["husband", "wife"]
    assert len({row.contact_id for row in rows(sessions)}) == 1
    assert len(rows(sessions, "hello")) == 1


def test_planned_again_it_is_not_planned_twice(sessions: Sessions, vault: Vault) -> None:
    """At once, a day later, with the clock set back, and whatever became of the row; who has come since is added."""
    with transaction(sessions) as session:
        people = People(session, vault)
        for word in ("first", "second"):
            people.add(word)
    what = reminder(sessions, "list_opens", "village", OPENED)
    assert planned(sessions, what, OPENED) == 2
    for state in State:
        with transaction(sessions) as session:
            session.execute(update(OutboxRow).values(state=state))
        for later in (timedelta(), timedelta(days=1), timedelta(days=-1)):
            assert planned(sessions, what, OPENED + later) == 0
    with transaction(sessions) as session:
        people.session = session
        people.add("third")
    assert planned(sessions, what, OPENED) == 1
    assert words_of(people, rows(sessions)) == ["first", "second", "third"]


def test_a_year_later_it_is_another_list(sessions: Sessions, vault: Vault) -> None:
    """The event holds the year."""
    with transaction(sessions) as session:
        People(session, vault).add("neighbour")
    next_year = OPENED.replace(year=2027)
    assert planned(sessions, reminder(sessions, "list_opens", "village", OPENED), OPENED) == 1
    assert planned(sessions, reminder(sessions, "list_opens", "village", next_year), next_year) == 1


def test_two_planners_at_once(sessions: Sessions, vault: Vault) -> None:
    """Several write the same reminder at the same moment: between them, one row a person."""
    with transaction(sessions) as session:
        people = People(session, vault)
        for number in range(40):
            people.add(f"{number}")
    what = reminder(sessions, "list_opens", "village", OPENED)
    with ThreadPoolExecutor(4) as pool:
        written = list(pool.map(lambda _: planned(sessions, what, OPENED), range(8)))
    assert sum(written) == len(rows(sessions)) == 40
    assert len({row.person_id for row in rows(sessions)}) == 40
    assert len(rows(sessions, "hello")) == 40


def _delivered(sessions: Sessions, now: datetime) -> None:
    settle_all(sessions, now)


def _expired(sessions: Sessions, now: datetime) -> None:
    settle_all(sessions, now, State.EXPIRED)


@pytest.mark.parametrize(
    ("label", "became", "told"),
    [
        ("it was delivered", _delivered, ["neighbour"]),
        ("it never went", _expired, []),
    ],
)
def test_a_move_is_told_to_whoever_was_told_of_other_days(
    sessions: Sessions, vault: Vault, label: str, became: Callable[[Sessions, datetime], None], told: list[str]
) -> None:
    """Once; whoever has heard of nothing yet hears of the new days alone."""
    with transaction(sessions) as session:
        people = People(session, vault)
        people.add("neighbour")
    planned(sessions, reminder(sessions, "list_opens", "village", OPENED), OPENED)
    became(sessions, OPENED)
    with transaction(sessions) as session:
        people.session = session
        people.add("newcomer")
        move(session, "village", "T1V1", date(2026, 3, 14), date(2026, 3, 24), now := at(2026, 3, 13))
    for _ in range(2):
        planned(sessions, reminder(sessions, "window_moved", "village", now), now)
    assert words_of(people, rows(sessions, "remind.window_moved")) == told


def test_a_second_move_is_told_to_whoever_was_told_of_the_first(sessions: Sessions, vault: Vault) -> None:
    """There and back again: each move is a message, none is sent twice."""
    with transaction(sessions) as session:
        people = People(session, vault)
        people.add("neighbour")
    planned(sessions, reminder(sessions, "list_opens", "village", OPENED), OPENED)
    for day, closes in ((13, 24), (14, 21), (15, 24)):
        settle_all(sessions, at(2026, 3, day, 9))
        with transaction(sessions) as session:
            move(session, "village", "T1V1", date(2026, 3, 12), date(2026, 3, closes), now := at(2026, 3, day))
        for _ in range(2):
            planned(sessions, reminder(sessions, "window_moved", "village", now), now)
    events = [row.event for row in rows(sessions, "remind.window_moved")]
    assert [event.split(":")[3] for event in events if event] == ["0312-0324", "0312-0321", "0312-0324"]
