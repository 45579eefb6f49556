"""core/services/cases/seeing: officers see what is said, never by whom; whoever is no officer sees nothing at all."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.audit import AuditEntry
from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.case import CaseKind, CaseState, Ground
from core.domain.staff import Role
from core.errors import NotAllowed, NotFound
from core.services import cases
from core.services.cases.deciding import Verdict
from core.services.cases.raising import Matter
from core.services.cases.seeing import Said, cases_for, sheet_of
from tests.core.services.cases.conftest import DAYS, officer, only_case, posted
from tests.districts import District
from tests.engines import on_sqlite


def test_the_list_holds_the_cases_of_the_area_and_of_those_in_it(
    sessions: Sessions, vault: Vault, district: District
) -> None:
    """The district sees the township's too; a township neither another's nor those about its own list."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district)
        hung.says(session)
        hung.says(session)
        hung.says(session, Matter(CaseKind.DEATH, district.areas["T2V1"], "话"))
        hung.says(session, Matter(CaseKind.RECHECK, hung.village_id, application_id=1), sender=b"o" * 32)
        seen = {
            area: [(line.kind, line.village, line.office, line.voices) for line in cases_for(session, who)]
            for area in ("T1", "T2", "D")
            for who in [officer(session, district, area)]
        }
        entry = (CaseKind.ENTRY, "T1V1", "T1", 2)
        death = (CaseKind.DEATH, "T2V1", "T2", 1)
        recheck = (CaseKind.RECHECK, "T1V1", "D", 1)
        assert seen == {"T1": [entry], "T2": [death], "D": [entry, death, recheck]}


@on_sqlite
def test_the_next_due_comes_first_and_what_is_over_only_when_asked_for(
    sessions: Sessions, vault: Vault, district: District
) -> None:
    """A late note is among those to be looked at; of one whose day is over it is said."""
    with transaction(sessions) as session:
        hung, who = posted(session, vault, district), officer(session, district, "T1")
        hung.says(session)
        case = only_case(session)
        (line,) = cases_for(session, who)
        assert (line.level, line.entry_number, line.escalated) == ("village", 1, False)
        assert [line.is_overdue(line.due_on + timedelta(days=n)) for n in (0, 1)] == [False, True]
        hung.says(session, Matter(CaseKind.DEATH, hung.village_id, "话"), now=hung.now - timedelta(days=1))
        assert [line.kind for line in cases_for(session, who)] == [CaseKind.DEATH, CaseKind.ENTRY]
        for state, numbers in ((CaseState.LATE, 2), (CaseState.DISMISSED, 1)):
            case.state = state
            session.flush()
            assert len(cases_for(session, who)) == numbers
            assert len(cases_for(session, who, decided=True)) == 2
        assert not cases_for(session, who, decided=True)[1].is_overdue(case.due_on + timedelta(days=DAYS))


def test_a_sheet_holds_words_and_grounds_and_nobodys_name(sessions: Sessions, vault: Vault, district: District) -> None:
    """In no order that tells who spoke first; that it was read, and by whom, is kept in the trail."""
    with transaction(sessions) as session:
        hung, who = posted(session, vault, district), officer(session, district, "T1")
        hung.says(session, hung.entry("他才五十八", Ground.AGE), contact_id=77)
        hung.says(session, hung.entry("", Ground.CHILDREN))
        case_id = only_case(session).id
        sheet = sheet_of(session, vault, who, case_id, hung.now)
        assert set(sheet.said) == {Said(Ground.AGE, "他才五十八"), Said(Ground.CHILDREN, "")}
        assert sheet.ref == hung.ref
        assert "77" not in f"{sheet.said} {sheet.line.kind} {sheet.reason}"
    with transaction(sessions) as session:
        read = session.scalars(select(AuditEntry)).one()
        assert (read.actor_id, read.action, read.subject) == (who.staff_id, "read_case", str(case_id))


@on_sqlite
@pytest.mark.parametrize("area", ["D", "T2"])
def test_only_those_who_decide_read_the_words(sessions: Sessions, vault: Vault, district: District, area: str) -> None:
    """The district's officers see in the list that there is a case, and read it once it has come up to them."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district)
        hung.says(session)
        with pytest.raises(NotFound):
            sheet_of(session, vault, officer(session, district, area), only_case(session).id, hung.now)


def acting_functions() -> list[Callable[..., Any]]:
    """Every public function of the package that acts or shows for a member of staff."""
    modules = [
        importlib.import_module(f"{cases.__name__}.{found.name}") for found in pkgutil.iter_modules(cases.__path__)
    ]
    functions = [
        function
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    ]
    return [function for function in functions if "actor" in inspect.signature(function).parameters]


@on_sqlite
@pytest.mark.parametrize("role", [Role.CADRE, Role.INSPECTOR, Role.ADMIN])
@pytest.mark.parametrize("function", acting_functions(), ids=lambda function: function.__name__)
def test_whoever_is_no_officer_is_refused_by_every_one_of_them(
    sessions: Sessions, vault: Vault, district: District, function: Callable[..., Any], role: Role
) -> None:
    """Wherever the cadre is of: the village, the township, the district."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district)
        hung.says(session)
        for area in ("T1V1", "T1", "D"):
            given = {
                "session": session,
                "vault": vault,
                "actor": officer(session, district, area, role),
                "case_id": only_case(session).id,
                "now": hung.now,
                "verdict": Verdict.DISMISSED,
                "reason": "够60岁。",
            }
            wanted = {name: given[name] for name in inspect.signature(function).parameters if name in given}
            with pytest.raises(NotAllowed):
                function(**wanted)


def test_the_search_for_such_functions_finds_them() -> None:
    """What lists, shows, takes and decides is among what was tried above."""
    names = {function.__name__ for function in acting_functions()}
    assert names >= {"cases_for", "sheet_of", "take", "decide", "check_officer"}
