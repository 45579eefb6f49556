"""core/services/cases/following: what the number tells to whoever has it, and what guessing brings."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.case import CaseState
from core.domain.case_number import draw_case_number
from core.services.cases.deciding import Verdict, decide, take
from core.services.cases.escalating import escalate_overdue
from core.services.cases.following import follow
from core.services.status import Locked
from tests.core.services.cases.conftest import officer, only_case, posted
from tests.districts import District
from tests.engines import on_sqlite

ANYBODY = b"a" * 32
REASON = "户口本上是1950年3月，够60岁。"


def test_the_number_tells_how_far_it_has_come(sessions: Sessions, vault: Vault, district: District) -> None:
    """From any phone: open, under review, decided with the reason in words."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district)
        number = hung.says(session).number
        who = officer(session, district, "T1")
        states = []
        for step in (
            lambda: None,
            lambda: take(session, vault, only_case(session).id, who, hung.now),
            lambda: decide(session, vault, only_case(session).id, Verdict.DISMISSED, who, REASON, hung.now),
        ):
            step()
            found = follow(session, vault, ANYBODY, number, hung.now)
            assert found is not None
            states.append((found.state, found.reason))
        assert states == [
            (CaseState.OPEN, ""),
            (CaseState.UNDER_REVIEW, ""),
            (CaseState.DISMISSED, REASON),
        ]


@on_sqlite
def test_one_that_went_up_says_so(sessions: Sessions, vault: Vault, district: District) -> None:
    """With the new day."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district)
        raised = hung.says(session)
        later = hung.now + timedelta(days=6)
        escalate_overdue(session, later.date(), later)
        found = follow(session, vault, ANYBODY, raised.number, later)
        assert found is not None
        assert found.escalated
        assert found.due_on > raised.due_on


def test_five_wrong_numbers_lock_the_sender_for_a_day(sessions: Sessions, vault: Vault, district: District) -> None:
    """Then a right one is not looked up either; for another sender, and a day later, it is."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district)
        number = hung.says(session).number
        for _ in range(4):
            assert follow(session, vault, ANYBODY, draw_case_number(), hung.now) is None
        assert follow(session, vault, ANYBODY, number, hung.now) is not None
        with pytest.raises(Locked):
            follow(session, vault, ANYBODY, draw_case_number(), hung.now)
        with pytest.raises(Locked):
            follow(session, vault, ANYBODY, number, hung.now)
        assert follow(session, vault, b"b" * 32, number, hung.now) is not None
        assert follow(session, vault, ANYBODY, number, hung.now + timedelta(days=1)) is not None
