"""core/delivery/inbox: one answer a message, for ten minutes, and only who has the message's id can read it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from unittest.mock import Mock

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from core import line as line_module
from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.inbox import InboxRow, answer_row, forget_answers, id_hash, keep_answers
from core.dialogue.prompt import Inbound
from core.errors import KeysError
from core.faq import Catalogue, Finder
from core.group_commit import GroupCommit
from core.line import Line
from core.settings import Settings
from tests.rows import NOON
from tests.stopped_clock import StoppedClock

ID, OTHER = "SM0123456789abcdef", "SM0123456789abcdee"
ANSWER = "您的申请在公示中"


@pytest.fixture
def line(sessions: Sessions, vault: Vault, scheme_clock: StoppedClock, settings: Callable[..., Settings]) -> Line:
    """A line that is never asked about the policy."""
    unasked = Mock(spec=Finder), Mock(spec=Catalogue)
    return Line(sessions, GroupCommit(sessions), vault, scheme_clock, settings(), *unasked)


@pytest.mark.parametrize(
    ("label", "provider_id", "later", "same"),
    [
        ("the same id at once", ID, timedelta(), True),
        ("the same id after ten minutes to the second", ID, timedelta(minutes=10), True),
        ("another id", OTHER, timedelta(), False),
        ("the same id on another channel", "telegram", timedelta(), False),
    ],
)
def test_who_gets_the_answer_again(
    line: Line, monkeypatch: pytest.MonkeyPatch, label: str, provider_id: str, later: timedelta, same: bool
) -> None:
    """The same message gets the same answer for ten minutes and changes nothing; any other is a new one.

    The first answer introduces the line, so that a second one to the same sender cannot be equal by chance.
    """
    now = [NOON]
    monkeypatch.setattr(line_module, "machine_now", lambda: now[0])
    first = line.answer(Inbound("sms", "+8613800138000", ID, "菜单"))
    now[0] += later
    channel = "telegram" if provider_id == "telegram" else "sms"
    again = line.answer(Inbound(channel, "+8613800138000", ID if channel == "telegram" else provider_id, "0"))
    with transaction(line.sessions) as session:
        kept = session.scalar(select(func.count()).select_from(InboxRow))
    assert (again == first, kept) == (same, 1 if same else 2)


def test_after_ten_minutes_and_the_clearing_the_id_is_new(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the old row is gone, the same id is answered afresh."""
    now = [NOON]
    monkeypatch.setattr(line_module, "machine_now", lambda: now[0])
    first = line.answer(Inbound("sms", "+8613800138000", ID, "菜单"))
    now[0] += timedelta(minutes=10, seconds=1)
    with transaction(line.sessions) as session:
        assert forget_answers(session, now[0]) == 1
    assert line.answer(Inbound("sms", "+8613800138000", ID, "菜单")) != first


def test_an_id_that_comes_again_before_the_clearing_is_answered(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that is too old but not yet deleted does not stand in the way of an answer."""
    now = [NOON]
    monkeypatch.setattr(line_module, "machine_now", lambda: now[0])
    first = line.answer(Inbound("sms", "+8613800138000", ID, "菜单"))
    now[0] += timedelta(minutes=10, seconds=1)
    assert line.answer(Inbound("sms", "+8613800138000", ID, "菜单")) != first


def test_two_workers_cannot_both_answer(sessions: Sessions, vault: Vault) -> None:
    """The second answer to one message breaks, so that only one is ever given."""
    with transaction(sessions) as session:
        keep_answers(session, [answer_row(vault, ID, ANSWER, NOON)])
    with pytest.raises(IntegrityError), transaction(sessions) as session:
        keep_answers(session, [answer_row(vault, ID, "another", NOON)])


def test_the_row_tells_nothing_even_with_the_keys(sessions: Sessions, vault: Vault) -> None:
    """Neither the id nor the answer is in the row, and the keys alone, without the id, do not open it."""
    with transaction(sessions) as session:
        keep_answers(session, [answer_row(vault, ID, ANSWER, NOON)])
    with transaction(sessions) as session:
        row = session.scalars(select(InboxRow)).one()
    assert ID.encode() not in row.answer
    assert ANSWER.encode() not in row.answer
    with pytest.raises(KeysError):
        vault.open_answer(OTHER, row.answer)
    assert vault.open_answer(ID, row.answer) == ANSWER


def test_what_is_old_is_deleted(sessions: Sessions, vault: Vault) -> None:
    """After ten minutes the row goes; a younger one stays."""

    def left(now: datetime) -> int:
        with transaction(sessions) as session:
            return forget_answers(session, now)

    with transaction(sessions) as session:
        keep_answers(session, [answer_row(vault, ID, ANSWER, NOON)])
        keep_answers(session, [answer_row(vault, OTHER, ANSWER, NOON + timedelta(minutes=5))])
    assert left(NOON + timedelta(minutes=10)) == 0
    assert left(NOON + timedelta(minutes=11)) == 1
    with transaction(sessions) as session:
        assert session.scalars(select(InboxRow.id_hash)).all() == [id_hash(vault, OTHER)]
