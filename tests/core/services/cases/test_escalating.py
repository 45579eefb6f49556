"""core/services/cases/escalating: what is overdue goes up a level, once a day at most, and stops at the district."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.case import CaseState
from core.services.cases.deciding import take
from core.services.cases.escalating import escalate_overdue
from tests.core.services.cases.conftest import DAYS, officer, only_case, posted
from tests.districts import District
from tests.engines import on_sqlite


def test_an_overdue_case_goes_from_the_township_to_the_district(
    sessions: Sessions, vault: Vault, district: District
) -> None:
    """On the day after the promised one, with as many days again; whoever had taken it has it no longer."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district)
        hung.says(session)
        take(session, vault, only_case(session).id, officer(session, district, "T1"), hung.now)
        due = only_case(session).due_on
        assert escalate_overdue(session, due, hung.now + timedelta(days=DAYS)) == 0
        later = hung.now + timedelta(days=DAYS + 1)
        assert escalate_overdue(session, later.date(), later) == 1
        case = only_case(session)
        assert case.office_id == district.areas["D"]
        assert case.due_on == later.date() + timedelta(days=DAYS)
        assert (case.state, case.taken_by, case.escalated_at) == (CaseState.OPEN, None, later)
        assert escalate_overdue(session, later.date(), later) == 0


def test_at_the_district_it_stays_and_is_marked_once(sessions: Sessions, vault: Vault, district: District) -> None:
    """There is nobody above; its day is not put off."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district, "district")
        hung.says(session)
        due, later = only_case(session).due_on, hung.now + timedelta(days=DAYS + 1)
        assert escalate_overdue(session, later.date(), later) == 1
        assert escalate_overdue(session, later.date(), later + timedelta(days=1)) == 0
        case = only_case(session)
        assert (case.office_id, case.due_on, case.escalated_at) == (district.areas["D"], due, later)


@on_sqlite
@pytest.mark.parametrize("state", [CaseState.UPHELD, CaseState.DISMISSED, CaseState.DONE, CaseState.LATE])
def test_what_is_over_or_late_stays_where_it_is(
    sessions: Sessions, vault: Vault, district: District, state: CaseState
) -> None:
    """Nothing more is promised of it."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district)
        hung.says(session)
        only_case(session).state = state
        later = hung.now + timedelta(days=99)
        assert escalate_overdue(session, later.date(), later) == 0


@on_sqlite
def test_a_second_promise_is_as_long_as_the_first(sessions: Sessions, vault: Vault, district: District) -> None:
    """Even where the scheduler was down for a month."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district)
        hung.says(session)
        later = hung.now + timedelta(days=30)
        escalate_overdue(session, later.date(), later)
        assert only_case(session).due_on - later.date() == timedelta(days=DAYS)
