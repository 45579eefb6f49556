"""core/services/recording: the two reviews and the papers, by whom and when, the last note of a kind counting."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.procedure_record import RecordKind
from core.domain.staff import Role
from core.domain.stage import PROCEDURE, Stage
from core.errors import NotAllowed, NotFound
from core.services.acting import Actor
from core.services.recording import record, records_of
from tests.districts import District, settle, somebody
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY


@pytest.fixture
def district(sessions: Sessions, vault: Vault) -> District:
    """Two townships with their villages and staff."""
    with transaction(sessions) as session:
        return settle(session, vault)


def cadre(district: District, role: Role = Role.CADRE, area: str = "T1V1") -> Actor:
    """A member of staff for that area."""
    return Actor(district.staff[Role.CADRE, "T1V1"], role, district.areas[area])


def noted(sessions: Sessions, ref: str) -> list[tuple[str, str, bool]]:
    """Kind, day and result of what was recorded."""
    with transaction(sessions) as session:
        return [(note.kind, f"{note.held_on:%m-%d}", note.passed) for note in records_of(session, ref)]


def test_what_was_held_and_handed_in(sessions: Sessions, vault: Vault, district: District) -> None:
    """Each kind once, by day; noted again, the later note counts, with who made it."""
    who = cadre(district)
    with transaction(sessions) as session:
        ref = somebody(session, vault, district.areas["T1V1"], stage=Stage.VILLAGE_LISTED)
    days = {RecordKind.PAPERS: (3, 31), RecordKind.COUNCIL: (3, 28), RecordKind.CONGRESS: (3, 29)}
    for kind, (month, day) in days.items():
        with transaction(sessions) as session:
            record(session, ref, kind, date(2026, month, day), kind is not RecordKind.CONGRESS, who, MID_MAY)
    assert noted(sessions, ref) == [("council", "03-28", True), ("congress", "03-29", False), ("papers", "03-31", True)]
    officer = Actor(district.staff[Role.OFFICER, "D"], Role.OFFICER, district.areas["D"])
    with transaction(sessions) as session:
        record(session, ref, RecordKind.CONGRESS, date(2026, 4, 1), True, officer, MID_MAY)
    assert noted(sessions, ref) == [("council", "03-28", True), ("papers", "03-31", True), ("congress", "04-01", True)]
    with transaction(sessions) as session:
        assert [note.staff_id for note in records_of(session, ref)] == [who.staff_id, who.staff_id, officer.staff_id]


REFUSED = {
    "a day to come": ({"held_on": MID_MAY.date() + timedelta(days=1)}, "is still to come"),
    "another year's day": ({"held_on": date(2025, 3, 28)}, "does not lie in 2026"),
    "an inspector": ({"role": Role.INSPECTOR, "area": "D"}, "inspector may not record the council"),
    "another village's cadre": ({"area": "T1V2"}, "not in your area"),
    "who has left the procedure": ({"stage": Stage.REJECTED}, "it is rejected"),
}


@on_sqlite
@pytest.mark.parametrize(("otherwise", "refusal"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_recorded(
    sessions: Sessions, vault: Vault, district: District, otherwise: dict[str, object], refusal: str
) -> None:
    """It is refused with the reason, and nothing is kept."""
    said = {"stage": Stage.VILLAGE_LISTED, "held_on": MID_MAY.date(), "role": Role.CADRE, "area": "T1V1", **otherwise}
    with transaction(sessions) as session:
        ref = somebody(session, vault, district.areas["T1V1"], stage=said["stage"])  # type: ignore[arg-type]
    who = cadre(district, said["role"], said["area"])  # type: ignore[arg-type]
    with transaction(sessions) as session, pytest.raises(NotAllowed, match=refusal):
        record(session, ref, RecordKind.COUNCIL, said["held_on"], True, who, MID_MAY)  # type: ignore[arg-type]
    assert noted(sessions, ref) == []


@on_sqlite
@pytest.mark.parametrize("stage", PROCEDURE)
def test_at_every_stage_of_the_procedure(sessions: Sessions, vault: Vault, district: District, stage: Stage) -> None:
    """A village that notes late is not turned away."""
    with transaction(sessions) as session:
        ref = somebody(session, vault, district.areas["T1V1"], stage=stage)
        record(session, ref, RecordKind.COUNCIL, MID_MAY.date(), True, cadre(district), MID_MAY)
    assert len(noted(sessions, ref)) == 1


@on_sqlite
def test_an_unknown_reference(sessions: Sessions, vault: Vault, district: District) -> None:
    """It is named."""
    with transaction(sessions) as session, pytest.raises(NotFound, match="00000000"):
        record(session, "00000000", RecordKind.PAPERS, MID_MAY.date(), True, cadre(district), MID_MAY)
    with transaction(sessions) as session, pytest.raises(NotFound, match="00000000"):
        records_of(session, "00000000")
