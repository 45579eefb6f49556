"""core/services/personal: what a clerk puts right is right everywhere, has a reason in the trail, and is told."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from core.audit import entries
from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import MessageKind, OutboxRow, State, enqueue
from core.domain.application import Application, StageChange
from core.domain.case import Case, CaseKind, CaseState
from core.domain.contact import ContactPerson
from core.domain.correction import Correction, CorrectionKind
from core.domain.person import Person
from core.domain.stage import Stage
from core.errors import NotAllowed
from core.reminders.planner import Planner
from core.services.acting import Actor, Role
from core.services.finding import find_persons
from core.services.personal.correcting import Clerk, correct, died, move
from core.services.personal.merging import merge
from core.services.status import prove
from tests.districts import District, settle, somebody
from tests.stopped_clock import MID_MAY

PHONE, OTHER_ID = "+8613800138000", "430521195203121235"


@pytest.fixture
def district(sessions: Sessions, vault: Vault) -> District:
    """A small district."""
    with transaction(sessions) as session:
        return settle(session, vault)


@pytest.fixture
def officer(district: District) -> Actor:
    """The district's."""
    return Actor(district.staff[Role.OFFICER, "D"], Role.OFFICER, district.areas["D"])


@pytest.fixture
def ref(sessions: Sessions, vault: Vault, district: District) -> str:
    """An applicant on the township's list, with a phone, a reminder that waits, and an open case of his village."""
    areas = district.areas
    with transaction(sessions) as session:
        made = somebody(session, vault, areas["T1V1"], stage=Stage.TOWNSHIP_LISTED, phone=PHONE)
        person_id = session.scalars(select(Person.id).where(Person.ref == made)).one()
        application_id = session.scalars(select(Application.id)).one()
        session.add(
            Case(
                kind=CaseKind.ENTRY, state=CaseState.UNDER_REVIEW, area_id=areas["T1V1"], office_id=areas["T1"],
                application_id=application_id, opened_at=MID_MAY, due_on=MID_MAY.date(),
                taken_by=district.staff[Role.OFFICER, "T1"],
            )
        )  # fmt: skip
        contact_id = session.scalars(select(ContactPerson.contact_id)).one()
        enqueue(
            session, vault, contact_id=contact_id, person_id=person_id, text_key="remind.list_opens", now=MID_MAY,
            event=f"district:2026:{areas['T1V1']}", kind=MessageKind.REMINDER, expires_at=MID_MAY,
        )  # fmt: skip
    return made


def _person(session, ref: str) -> Person:
    return session.scalars(select(Person).where(Person.ref == ref)).one()


def _waiting(session) -> list[str]:
    return list(session.scalars(select(OutboxRow.text_key).where(OutboxRow.state == State.QUEUED)))


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        (CorrectionKind.NAME, "王桂芳", ["corrected.name"]),
        (CorrectionKind.ID_NUMBER, OTHER_ID, ["corrected.id_number"]),
        (CorrectionKind.GROUP, "3组", []),
    ],
)
def test_a_field_is_put_right(sessions: Sessions, vault: Vault, ref: str, officer: Actor, kind, value, told) -> None:
    """It is found by the new value; the reason is kept sealed and stands, as a hash, in the trail."""
    with transaction(sessions) as session:
        correct(Clerk(session, vault, officer, "户口本为准", MID_MAY), ref, kind, value)
    with transaction(sessions) as session:
        person = _person(session, ref)
        said = {
            CorrectionKind.NAME: vault.open(Person.name, person.name),
            CorrectionKind.ID_NUMBER: vault.open(Person.id_number, person.id_number),
            CorrectionKind.GROUP: person.village_group,
        }
        assert said[kind] == value
        assert [found.ref for found in find_persons(session, vault, OTHER_ID)] == [ref] * (kind == "id_number")
        [kept] = session.scalars(select(Correction)).all()
        assert vault.open(Correction.reason, kept.reason) == "户口本为准"
        [entry] = entries(session, ref, 9)
        assert (entry.action, entry.detail) == (f"correct_{kind}", vault.lookup("audit.detail", "户口本为准"))
        assert _waiting(session) == ["remind.list_opens", *told]


def test_what_is_no_correction_is_refused(
    sessions: Sessions, vault: Vault, ref: str, officer: Actor, district: District
) -> None:
    """A wrong check digit, somebody else's number, no reason, a cadre, another township."""
    with transaction(sessions) as session:
        somebody(session, vault, district.areas["T2V1"], id_number=OTHER_ID)
    cadre = Actor(district.staff[Role.CADRE, "T1V1"], Role.CADRE, district.areas["T1V1"])
    elsewhere = Actor(officer.staff_id, Role.OFFICER, district.areas["T2"])
    for actor, value, reason in (
        (officer, "430521195203121238", "错"),
        (officer, OTHER_ID, "错"),
        (officer, "43052119510412123X", " "),
        (cadre, "43052119510412123X", "错"),
        (elsewhere, "43052119510412123X", "错"),
    ):
        with pytest.raises(NotAllowed), transaction(sessions) as session:
            correct(Clerk(session, vault, actor, reason, MID_MAY), ref, CorrectionKind.ID_NUMBER, value)
    with transaction(sessions) as session:
        assert session.scalar(select(func.count()).select_from(Correction)) == 0


def test_open_cases_move_along(sessions: Sessions, vault: Vault, ref: str, officer: Actor, district: District) -> None:
    """To the new township's officers; the old village's reminder goes, the new one's is planned by itself."""
    with transaction(sessions) as session:
        move(Clerk(session, vault, officer, "迁居", MID_MAY), ref, "T2V1")
    Planner(sessions).run(MID_MAY)
    with transaction(sessions) as session:
        case = session.scalars(select(Case)).one()
        assert (case.area_id, case.office_id, case.taken_by) == (district.areas["T2V1"], district.areas["T2"], None)
        told = session.execute(select(OutboxRow.text_key, OutboxRow.event).where(OutboxRow.state == State.QUEUED))
        opens = [event for key, event in told if key == "remind.list_opens"]
        assert opens == [f"district:2026:{district.areas['T2V1']}"]
    for code in ("T2V1", "T2"):
        with pytest.raises(NotAllowed), transaction(sessions) as session:
            move(Clerk(session, vault, officer, "迁居", MID_MAY), ref, code)


def test_after_a_death_only_the_family_is_told(sessions: Sessions, vault: Vault, ref: str, officer: Actor) -> None:
    """What waited is cancelled, nothing more is planned, the application has ceased with the reason."""
    with transaction(sessions) as session:
        died(Clerk(session, vault, officer, "5月8日去世", MID_MAY), ref)
    Planner(sessions).run(MID_MAY)
    with transaction(sessions) as session:
        assert _waiting(session) == ["corrected.died"]
        assert session.scalars(select(Application.stage)).one() is Stage.CEASED
        reason = session.scalars(select(StageChange.reason).order_by(StageChange.id.desc()).limit(1)).one()
        assert vault.open(StageChange.reason, reason) == "5月8日去世"
    with pytest.raises(NotAllowed), transaction(sessions) as session:
        died(Clerk(session, vault, officer, "又报", MID_MAY), ref)


def test_two_records_become_one(sessions: Sessions, vault: Vault, ref: str, officer: Actor, district: District) -> None:
    """Applications of both years, the shared phone once; either number finds it, by the officer and by the phone."""
    with transaction(sessions) as session:
        other = somebody(
            session, vault, district.areas["T1V2"], id_number=OTHER_ID, stage=Stage.REJECTED, year=2025, phone=PHONE
        )
        merge(Clerk(session, vault, officer, "同一人", MID_MAY), ref, other)
    with transaction(sessions) as session:
        assert [row.ref for row in session.scalars(select(Person))] == [ref]
        assert sorted(session.scalars(select(Application.year))) == [2025, 2026]
        assert session.scalar(select(func.count()).select_from(ContactPerson)) == 1
        assert [found.ref for found in find_persons(session, vault, other)] == [ref]
        assert prove(session, vault, b"s" * 32, other, "123X", MID_MAY).ref == ref
        assert "corrected.merged" in _waiting(session)


def test_two_applications_of_a_year_are_not_merged(
    sessions: Sessions, vault: Vault, ref: str, officer: Actor, district: District
) -> None:
    """Which of them is right is for the office to say."""
    with transaction(sessions) as session:
        other = somebody(session, vault, district.areas["T1V2"], id_number=OTHER_ID)
    with pytest.raises(NotAllowed, match="2026"), transaction(sessions) as session:
        merge(Clerk(session, vault, officer, "同一人", MID_MAY), ref, other)
    with transaction(sessions) as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 2
