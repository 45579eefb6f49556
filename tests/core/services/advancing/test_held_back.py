"""core/services/advancing: what holds an application back from the next stage."""

from __future__ import annotations

import pytest

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.case import UNDECIDED, Case, CaseKind, CaseState
from core.domain.procedure_record import RecordKind
from core.domain.stage import PROCEDURE, STEPS, Stage
from core.errors import NotAllowed
from core.services.recording import record
from tests.core.services.advancing.people import actor, move, objection, person
from tests.districts import District
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY


@on_sqlite
@pytest.mark.parametrize("origin", [stage for stage in PROCEDURE if stage is not Stage.CONFIRMED])
def test_nobody_goes_on_while_an_objection_is_open(
    sessions: Sessions, vault: Vault, district: District, origin: Stage
) -> None:
    """Refused with where to look, until it is decided; out of the procedure he may go."""
    ref = person(sessions, district, origin)
    following = STEPS[origin][0]
    with transaction(sessions) as session:
        case = objection(session, district)
    for state in UNDECIDED:
        with transaction(sessions) as session:
            session.get_one(Case, case).state = state
        with pytest.raises(NotAllowed, match=f"{ref}: an objection to it is not decided yet .*show {case}"):
            move(sessions, vault, ref, following, actor(district))
    with transaction(sessions) as session:
        session.get_one(Case, case).state = CaseState.DISMISSED
    assert move(sessions, vault, ref, following, actor(district)) is origin


@on_sqlite
@pytest.mark.parametrize("stage", [Stage.REJECTED, Stage.WITHDRAWN, Stage.CEASED])
def test_an_objection_does_not_keep_anybody_in(
    sessions: Sessions, vault: Vault, district: District, stage: Stage
) -> None:
    """An upheld one ends in a rejection; and who wants to withdraw may."""
    ref = person(sessions, district, Stage.VILLAGE_LISTED)
    with transaction(sessions) as session:
        objection(session, district)
    move(sessions, vault, ref, stage, actor(district))


@on_sqlite
@pytest.mark.parametrize("kind", [kind for kind in CaseKind if kind is not CaseKind.ENTRY])
def test_other_cases_hold_nobody_up(sessions: Sessions, vault: Vault, district: District, kind: CaseKind) -> None:
    """A new phone number is no objection."""
    ref = person(sessions, district, Stage.VILLAGE_LISTED)
    with transaction(sessions) as session:
        objection(session, district, kind)
    move(sessions, vault, ref, Stage.VILLAGE_REVIEWED, actor(district))


@on_sqlite
@pytest.mark.parametrize(
    ("kind", "passed", "refused"),
    [
        (RecordKind.COUNCIL, False, True),
        (RecordKind.CONGRESS, False, True),
        (RecordKind.COUNCIL, True, False),
        (RecordKind.PAPERS, False, False),
    ],
)
def test_what_the_village_did_not_pass_is_not_reviewed(
    sessions: Sessions, vault: Vault, district: District, kind: RecordKind, passed: bool, refused: bool
) -> None:
    """Whom council or congress turned down is rejected or reviewed anew; papers are the township's to judge."""
    ref = person(sessions, district, Stage.VILLAGE_LISTED)
    with transaction(sessions) as session:
        record(session, ref, kind, MID_MAY.date(), passed, actor(district), MID_MAY)
    if refused:
        with pytest.raises(NotAllowed, match=f"{ref}: the {kind} has not passed it"):
            move(sessions, vault, ref, Stage.VILLAGE_REVIEWED, actor(district))
    else:
        move(sessions, vault, ref, Stage.VILLAGE_REVIEWED, actor(district))
