"""core/services/cases/deciding: who may, what follows for the list and the procedure, and who hears of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import MessageKind, OutboxRow
from core.domain.application import Application, StageChange
from core.domain.case import CaseKind, CaseState, Voice
from core.domain.contact import Contact, ContactPerson, Language
from core.domain.published_list import ListEntry
from core.domain.staff import Role
from core.domain.stage import Stage
from core.errors import NotAllowed, NotFound
from core.services.acting import Actor
from core.services.advancing import advance
from core.services.cases.deciding import Verdict, decide, take
from core.services.cases.raising import Matter
from core.services.contacts import address_hash
from tests.core.services.cases.conftest import PHONE, Posted, officer, only_case, posted, stage_of_applicant
from tests.districts import District, somebody
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY

REASON = "现有两女一儿，不符合这一条。"


def contact(session: Session, vault: Vault, phone: str = PHONE) -> int:
    """A phone that has written before; its id."""
    row = Contact(
        channel="sms",
        address=vault.seal(Contact.address, phone),
        address_hash=address_hash(vault, "sms", phone),
        language=Language.CHINESE,
        introduced_at=MID_MAY,
    )
    session.add(row)
    session.flush()
    return row.id


def told(session: Session, vault: Vault) -> list[tuple[str, int | None, str]]:
    """What waits in the outbox: text, person (None: a voice), reason; but for who we are, said at a first contact."""
    rows = session.scalars(select(OutboxRow).where(OutboxRow.text_key != "hello").order_by(OutboxRow.id))
    fields = [(row, json.loads(vault.open(OutboxRow.fields, row.fields)) if row.fields else {}) for row in rows]
    return [(row.text_key, row.person_id, said.get("reason", "")) for row, said in fields]


def finish(session: Session, hung: Posted, verdict: Verdict, who: Actor | None = None, reason: str = REASON) -> None:
    """Let an officer of the case's office decide it."""
    case = only_case(session)
    area = next(code for code, area_id in hung.district.areas.items() if area_id == case.office_id)
    decide(
        session, hung.district.vault, case.id, verdict, who or officer(session, hung.district, area), reason, hung.now
    )


def test_an_upheld_objection_ends_the_application(sessions: Sessions, vault: Vault, district: District) -> None:
    """Rejected with the officer's reason, off the list; the objector and the applicant each hear once."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district)
        hung.says(session, contact_id=contact(session, vault))
        finish(session, hung, Verdict.UPHELD)
    with transaction(sessions) as session:
        assert stage_of_applicant(session) is Stage.REJECTED
        assert session.scalars(select(ListEntry.withdrawn_at)).one() == hung.now
        change = session.scalars(select(StageChange).order_by(StageChange.id.desc())).first()
        assert change is not None
        assert vault.open(StageChange.reason, change.reason or b"") == REASON
        assert {(key, person is None) for key, person, _reason in told(session, vault)} == {
            ("case.entry_upheld", True),
            ("remind.rejected", False),
        }


def test_a_dismissed_objection_changes_nothing(sessions: Sessions, vault: Vault, district: District) -> None:
    """The applicant stays where he was, and goes on; both sides hear the reason."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district)
        hung.says(session, contact_id=contact(session, vault))
        with pytest.raises(NotAllowed, match="objection"):
            advance(session, vault, hung.ref, Stage.VILLAGE_REVIEWED, officer(session, district, "T1"), "", hung.now)
        finish(session, hung, Verdict.DISMISSED)
        assert stage_of_applicant(session) is Stage.VILLAGE_LISTED
        assert session.scalars(select(ListEntry.withdrawn_at)).one() is None
        assert told(session, vault) == [("case.entry_dismissed", None, REASON), ("case.applicant_stays", 1, REASON)]
        kinds = set(session.scalars(select(OutboxRow.kind).where(OutboxRow.text_key.startswith("case."))))
        assert kinds == {MessageKind.DECISION}
        advance(session, vault, hung.ref, Stage.VILLAGE_REVIEWED, officer(session, district, "T1"), "", hung.now)


def test_each_voice_hears_once_and_is_forgotten(sessions: Sessions, vault: Vault, district: District) -> None:
    """Two voices from one phone are one message; who was anonymous hears nothing; no voice keeps a contact, and the
    outbox does not say in the clear in which case its contact spoke."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district)
        first, second = contact(session, vault), contact(session, vault, "+8613700137000")
        for whose in (first, first, second, None):
            hung.says(session, contact_id=whose)
        finish(session, hung, Verdict.DISMISSED)
    with transaction(sessions) as session:
        assert set(session.scalars(select(Voice.contact))) == {None}
        rows = session.scalars(select(OutboxRow).where(OutboxRow.text_key == "case.entry_dismissed")).all()
        assert sorted(row.contact_id for row in rows) == [first, second]
        assert len({row.event for row in rows}) == 2
        assert f"case:{only_case(session).id}" not in {row.event for row in rows}


@on_sqlite
def test_a_late_note_that_is_dismissed_is_not_told_to_the_applicant(
    sessions: Sessions, vault: Vault, district: District
) -> None:
    """It has held nothing up; whoever wrote it hears."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district)
        hung.says(session, contact_id=contact(session, vault), now=hung.now + timedelta(days=9))
        assert only_case(session).state is CaseState.LATE
        advance(session, vault, hung.ref, Stage.VILLAGE_REVIEWED, officer(session, district, "T1"), "", hung.now)
        before = len(told(session, vault))
        finish(session, hung, Verdict.DISMISSED)
        assert told(session, vault)[before:] == [("case.entry_dismissed", None, REASON)]


@on_sqlite
@pytest.mark.parametrize(
    ("label", "stage", "ends"),
    [
        ("on its way", Stage.VILLAGE_REVIEWED, Stage.REJECTED),
        ("confirmed meanwhile", Stage.CONFIRMED, Stage.CEASED),
        ("withdrawn meanwhile", Stage.WITHDRAWN, Stage.WITHDRAWN),
    ],
)
def test_wherever_the_applicant_stands_by_then(
    sessions: Sessions, vault: Vault, district: District, label: str, stage: Stage, ends: Stage
) -> None:
    """Who is confirmed ceases; who has left the procedure has left it."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district)
        hung.says(session)
        session.scalars(select(Application)).one().stage = stage
        session.flush()
        finish(session, hung, Verdict.UPHELD)
        assert (stage_of_applicant(session), only_case(session).state) == (ends, CaseState.UPHELD)


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


def rejected(session: Session, vault: Vault, district: District, who: Actor) -> Posted:
    """The applicant, rejected by `who` and asking for a re-check from the registered phone."""
    hung = posted(session, vault, district)
    advance(session, vault, hung.ref, Stage.REJECTED, who, "不符合。", hung.now)
    (own,) = session.scalars(select(ContactPerson.contact_id))
    hung.says(session, Matter(CaseKind.RECHECK, hung.village_id, "请再看看", application_id=1), contact_id=own)
    return hung


def test_a_recheck_is_decided_by_another_officer(sessions: Sessions, vault: Vault, district: District) -> None:
    """Upheld, it brings the applicant back to where he stood, list entry and all; he hears of it once."""
    with transaction(sessions) as session:
        first = officer(session, district, "D")
        hung = rejected(session, vault, district, first)
        number = only_case(session).id
        with pytest.raises(NotAllowed, match="your own decision"):
            decide(session, vault, number, Verdict.DISMISSED, first, REASON, hung.now)
        before = len(told(session, vault))
        finish(session, hung, Verdict.UPHELD)
        assert stage_of_applicant(session) is Stage.VILLAGE_LISTED
        assert session.scalars(select(ListEntry.withdrawn_at)).one() is None
        assert [(key, person) for key, person, _ in told(session, vault)[before:]] == [("remind.stage", 1)]


@on_sqlite
@pytest.mark.parametrize(
    ("label", "own_phone", "heard"),
    [
        ("by himself", True, [("case.recheck_dismissed", None, REASON)]),
        (
            "by a grandchild in a chat",
            False,
            [("case.recheck_dismissed", None, REASON), ("case.recheck_dismissed", 1, REASON)],
        ),
    ],
)
def test_a_dismissed_recheck_is_told_to_whoever_asked_and_to_the_applicant(
    sessions: Sessions,
    vault: Vault,
    district: District,
    label: str,
    own_phone: bool,
    heard: list[tuple[str, int | None, str]],
) -> None:
    """Once each, and once where they are one."""
    with transaction(sessions) as session:
        hung = rejected(session, vault, district, officer(session, district, "T1"))
        if not own_phone:
            voice = session.scalars(select(Voice)).one()
            voice.contact = vault.seal(Voice.contact, str(contact(session, vault)))
        before = len(told(session, vault))
        finish(session, hung, Verdict.DISMISSED)
        assert told(session, vault)[before:] == heard
        assert stage_of_applicant(session) is Stage.REJECTED


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


@on_sqlite
def test_nothing_is_done_for_a_person_nobody_named(sessions: Sessions, vault: Vault, district: District) -> None:
    """Somebody was missing indeed: the office enters him; no other applicant is moved."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district)
        somebody(session, vault, hung.village_id, id_number="430521195203121236")
        hung.says(session, Matter(CaseKind.MISSING, hung.village_id, "漏了张三", None, hung.published))
        finish(session, hung, Verdict.UPHELD)
        assert set(session.scalars(select(Application.stage))) == {Stage.VILLAGE_LISTED, Stage.DECLARED}
