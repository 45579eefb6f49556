"""core/services/cases/deciding: who may decide, how each kind of case may end, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.application import StageChange
from core.domain.case import CaseKind, CaseState
from core.domain.staff import Role
from core.domain.stage import Stage
from core.errors import NotAllowed, NotFound
from core.services.cases.deciding import Verdict, decide, take
from core.services.cases.raising import Matter
from tests.core.services.cases.conftest import officer, only_case, posted
from tests.core.services.cases.deciding import REASON, finish
from tests.districts import District
from tests.engines import on_sqlite


@pytest.mark.parametrize(
    ("level", "role", "area", "refusal"),
    [
        ("village", Role.OFFICER, "T1", ""),
        ("village", Role.OFFICER, "D", "another area"),
        ("village", Role.OFFICER, "T2", "another area"),
        ("village", Role.OFFICER, "T1V1", "another area"),
        ("village", Role.CADRE, "T1V1", "cadre does not see"),
        ("village", Role.CADRE, "T1", "cadre does not see"),
        ("village", Role.INSPECTOR, "T1", "inspector does not see"),
        ("village", Role.ADMIN, "D", "admin does not see"),
        ("township", Role.OFFICER, "D", ""),
        ("township", Role.OFFICER, "T1", "another area"),
        ("district", Role.OFFICER, "D", ""),
    ],
)
def test_who_may_decide(
    sessions: Sessions, vault: Vault, district: District, level: str, role: Role, area: str, refusal: str
) -> None:
    """The officers of the level above the list, and nobody else: to take a case and to end it."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district, level)
        hung.says(session)
        who, number = officer(session, district, area, role), only_case(session).id
        acts: tuple[Callable[[], None], ...] = (
            lambda: take(session, vault, number, who, hung.now),
            lambda: decide(session, vault, number, Verdict.DISMISSED, who, REASON, hung.now),
        )
        for act in acts:
            if refusal:
                with pytest.raises(NotAllowed, match=refusal):
                    act()
            else:
                act()
        assert only_case(session).state is (CaseState.OPEN if refusal else CaseState.DISMISSED)


@pytest.mark.parametrize("step", [Stage.BUREAU_REVIEWED, Stage.DISTRICT_LISTED])
def test_the_districts_own_list_needs_a_second_officer(
    sessions: Sessions, vault: Vault, district: District, step: Stage
) -> None:
    """Not the one who brought the applicant onto it; another of the bureau."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district, "district")
        first, second = officer(session, district, "D"), officer(session, district, "D")
        session.add(StageChange(application_id=1, changed_at=hung.now, to_stage=step, staff_id=first.staff_id))
        hung.says(session)
        number = only_case(session).id
        for act in (
            lambda: take(session, vault, number, first, hung.now),
            lambda: decide(session, vault, number, Verdict.UPHELD, first, REASON, hung.now),
        ):
            with pytest.raises(NotAllowed, match="your own decision"):
                act()
        decide(session, vault, number, Verdict.DISMISSED, second, REASON, hung.now)


@on_sqlite
@pytest.mark.parametrize(
    ("kind", "verdict", "allowed"),
    [
        (CaseKind.ENTRY, Verdict.DONE, False),
        (CaseKind.MISSING, Verdict.DONE, False),
        (CaseKind.MISSING, Verdict.UPHELD, True),
        (CaseKind.RECHECK, Verdict.DONE, False),
        (CaseKind.DEATH, Verdict.DONE, True),
        (CaseKind.DEATH, Verdict.UPHELD, False),
        (CaseKind.CALL_BACK, Verdict.DISMISSED, False),
        (CaseKind.NOT_RECEIVED, Verdict.DONE, True),
    ],
)
def test_how_each_kind_may_end(
    sessions: Sessions, vault: Vault, district: District, kind: CaseKind, verdict: Verdict, allowed: bool
) -> None:
    """What is argued about is upheld or dismissed; what was merely told is done."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district)
        published = hung.published if kind in {CaseKind.ENTRY, CaseKind.MISSING} else None
        hung.says(session, Matter(kind, hung.village_id, "话", None, published, 1 if kind is CaseKind.ENTRY else None))
        if allowed:
            finish(session, hung, verdict)
            assert only_case(session).state.value == verdict.value
        else:
            with pytest.raises(NotAllowed, match="ends with"):
                finish(session, hung, verdict)


@on_sqlite
def test_what_is_refused(sessions: Sessions, vault: Vault, district: District) -> None:
    """No reason; a case that is over, taken before, late, or that there is not."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district)
        hung.says(session)
        who, number = officer(session, district, "T1"), only_case(session).id
        with pytest.raises(NotAllowed, match="--reason"):
            decide(session, vault, number, Verdict.DISMISSED, who, "  ", hung.now)
        take(session, vault, number, who, hung.now)
        with pytest.raises(NotAllowed, match="under_review"):
            take(session, vault, number, who, hung.now)
        finish(session, hung, Verdict.DISMISSED)
        with pytest.raises(NotAllowed, match="is over"):
            decide(session, vault, number, Verdict.UPHELD, who, REASON, hung.now)
        only_case(session).state = CaseState.LATE
        with pytest.raises(NotAllowed, match="late"):
            take(session, vault, number, who, hung.now)
        with pytest.raises(NotFound):
            take(session, vault, 999, who, hung.now)
