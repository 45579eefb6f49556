"""core/delivery/outbox: a message is a row, sealed, and the same message is never planned twice."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from core.confidentiality.vault import Vault
from core.db import Sessions
from core.delivery.outbox import PRIORITIES, MessageKind, State
from tests.core.delivery.letters import OTHER, contact, letter, person, reminder, row, rows


def test_what_is_stored_of_a_message_is_sealed(sessions: Sessions, vault: Vault) -> None:
    """Neither what it tells nor to whom stands there in clear."""
    found = row(sessions, letter(sessions, vault, contact(sessions, vault), "王桂兰"))
    assert (found.state, found.attempts, found.code, found.sent_at) == (State.QUEUED, 0, None, None)
    assert found.fields is not None
    assert "王桂兰".encode() not in found.fields


def test_answers_go_before_decisions_before_reminders_before_notices() -> None:
    """And what is urgent goes beside the answers."""
    assert sorted(MessageKind, key=PRIORITIES.__getitem__) == ["answer", "urgent", "decision", "reminder", "notice"]
    assert PRIORITIES[MessageKind.URGENT] == PRIORITIES[MessageKind.ANSWER]


@pytest.mark.parametrize("of_person", [True, False])
def test_the_same_message_is_planned_once(sessions: Sessions, vault: Vault, of_person: bool) -> None:
    """Once for a person, over whichever contact; where there is no person, once for a contact."""
    whom = person(sessions, vault) if of_person else None
    here, there = contact(sessions, vault), contact(sessions, vault, OTHER)
    reminder(sessions, vault, here, person_id=whom)
    with pytest.raises(IntegrityError):
        reminder(sessions, vault, there if of_person else here, person_id=whom)
    reminder(sessions, vault, here, event="e2", person_id=whom)
    reminder(sessions, vault, here, text_key="menu", person_id=whom)
    assert len(rows(sessions)) == 3
