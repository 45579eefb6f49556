"""core/delivery/inbox: one answer a message, for ten minutes, and only who has the message's id can read it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.confidentiality import keys
from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.inbox import InboxRow, answer_given, forget_answers, keep_answer
from tests.rows import NOON

ID, OTHER = "SM0123456789abcdef", "SM0123456789abcdee"
ANSWER = "您的申请在公示中"


@pytest.mark.parametrize(
    ("label", "provider_id", "later", "expected"),
    [
        ("the same id at once", ID, timedelta(), ANSWER),
        ("the same id after ten minutes to the second", ID, timedelta(minutes=10), ANSWER),
        ("the same id after ten minutes and a bit", ID, timedelta(minutes=10, microseconds=1), None),
        ("another id", OTHER, timedelta(), None),
    ],
)
def test_who_gets_the_answer_again(
    sessions: Sessions, vault: Vault, label: str, provider_id: str, later: timedelta, expected: str | None
) -> None:
    """The same message gets the same answer for ten minutes; any other is a new one."""
    with transaction(sessions) as session:
        keep_answer(session, vault, ID, ANSWER, NOON)
    with transaction(sessions) as session:
        assert answer_given(session, vault, provider_id, NOON + later) == expected


def test_two_workers_cannot_both_answer(sessions: Sessions, vault: Vault) -> None:
    """The second answer to one message breaks, so that only one is ever given."""
    with transaction(sessions) as session:
        keep_answer(session, vault, ID, ANSWER, NOON)
    with pytest.raises(IntegrityError), transaction(sessions) as session:
        keep_answer(session, vault, ID, "another", NOON)
    with transaction(sessions) as session:
        assert answer_given(session, vault, ID, NOON) == ANSWER


def test_the_row_tells_nothing_even_with_the_keys(sessions: Sessions, vault: Vault) -> None:
    """Neither the id nor the answer is in the row, and the keys alone, without the id, do not open it."""
    with transaction(sessions) as session:
        keep_answer(session, vault, ID, ANSWER, NOON)
    with transaction(sessions) as session:
        row = session.scalars(select(InboxRow)).one()
    assert ID.encode() not in row.id_hash + row.answer
    assert ANSWER.encode() not in row.answer
    with pytest.raises(keys.KeysError):
        vault.open_answer(OTHER, row.answer)
    assert vault.open_answer(ID, row.answer) == ANSWER


def test_what_is_old_is_deleted(sessions: Sessions, vault: Vault) -> None:
    """After ten minutes the row goes; a younger one stays."""

    def left(now: datetime) -> int:
        with transaction(sessions) as session:
            return forget_answers(session, now)

    with transaction(sessions) as session:
        keep_answer(session, vault, ID, ANSWER, NOON)
        keep_answer(session, vault, OTHER, ANSWER, NOON + timedelta(minutes=5))
    assert left(NOON + timedelta(minutes=10)) == 0
    assert left(NOON + timedelta(minutes=11)) == 1
    with transaction(sessions) as session:
        assert session.scalars(select(InboxRow.id_hash)).all() == [vault.lookup("inbox", OTHER)]
