"""What the jobs do of the year's work: lists open, overdue cases go up, silence is noted, recipients are asked back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from core import audit
from core.audit.heads import read_heads
from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import OutboxRow, State
from core.domain.annual_check import AnnualCheck, CheckState
from core.domain.case import Case, CaseKind, CaseState
from core.domain.published_list import PublishedList
from core.domain.stage import Stage
from core.line import Line
from core.settings import Settings
from tests.core.reminders.people import People, at, rows
from tests.lines import make_line
from tests.scheduler.duties import work
from tests.stopped_clock import StoppedClock


@pytest.fixture
def line(
    sessions: Sessions, vault: Vault, scheme_clock: StoppedClock, settings: Callable[..., Settings], tmp_path: object
) -> Line:
    """A line at 10:00 on 12 March, on which the villages' lists open."""
    scheme_clock.move(to=at(2026, 3, 12))
    return make_line(sessions, vault, scheme_clock, settings(audit_heads=tmp_path / "heads.txt"))


@pytest.fixture
def people(line: Line, vault: Vault) -> People:
    """One who applies, and one who was confirmed before."""
    with transaction(line.sessions) as session:
        people = People(session, vault)
        people.add("applies", Stage.DECLARED)
        people.add("earlier", Stage.CONFIRMED, year=2024)
    return people


def test_lists_open(line: Line, people: People) -> None:
    """Those whose window is open, each once."""
    for _ in range(2):
        work(line, "lists")
    with transaction(line.sessions) as session:
        opened = session.scalars(select(PublishedList)).all()
        levels = {found.level for found in opened}
        assert levels == {"village"}
        assert len({found.area_id for found in opened}) == len(opened)


def test_reminders_go_out(line: Line, people: People) -> None:
    """Of the list that has just opened, to both."""
    for _ in range(2):
        work(line, "reminders")
    assert len(rows(line.sessions, "remind.list_opens")) == 2


def test_overdue_cases_go_up(line: Line, people: People) -> None:
    """From the village's township to the district."""
    with transaction(line.sessions) as session:
        village, township = people.district.areas["T1V1"], people.district.areas["T1"]
        session.add(
            Case(
                kind=CaseKind.MISSING,
                state=CaseState.OPEN,
                area_id=village,
                office_id=township,
                opened_at=at(2026, 3, 1),
                due_on=date(2026, 3, 11),
            )
        )
    work(line, "escalation")
    with transaction(line.sessions) as session:
        assert session.scalars(select(Case.office_id)).one() == people.district.areas["D"]


def test_silence_is_noted(line: Line, people: People, scheme_clock: StoppedClock) -> None:
    """What was sent and never reported counts as not reached after 72 hours."""
    work(line, "reminders")
    with transaction(line.sessions) as session:
        for row in session.scalars(select(OutboxRow)):
            row.state, row.sent_at = State.SENT, scheme_clock.now()
    for hours, state in ((71, State.SENT), (1, State.UNKNOWN)):
        scheme_clock.move(timedelta(hours=hours))
        work(line, "receipts")
        assert {row.state for row in rows(line.sessions)} == {state}


def test_recipients_are_asked_back(line: Line, people: People) -> None:
    """Whoever was confirmed in an earlier year; the reminder goes with it."""
    work(line, "yearly_check")
    work(line, "reminders")
    with transaction(line.sessions) as session:
        check = session.scalars(select(AnnualCheck)).one()
        assert (check.person_id, check.year, check.state) == (people.ids["earlier"], 2026, CheckState.ASKED)
    assert [row.person_id for row in rows(line.sessions, "remind.yearly_check")] == [people.ids["earlier"]]


def test_the_head_of_the_trail_is_exported(line: Line, people: People, vault: Vault) -> None:
    """Once a head, to the file that is copied elsewhere."""
    work(line, "audit_head")
    assert not line.settings.audit_heads.exists()
    for number in (1, 2):
        with transaction(line.sessions) as session:
            audit.note(session, vault, None, "test", f"{number}", line.clock.now())
        for _ in range(2):
            work(line, "audit_head")
        assert [head.sequence for head in read_heads(line.settings.audit_heads)] == list(range(1, number + 1))
