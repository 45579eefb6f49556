"""core/services/cases/deciding: what follows for the list and the procedure, and who hears of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import MessageKind, OutboxRow
from core.domain.application import Application, StageChange
from core.domain.case import CaseKind, CaseState, Voice
from core.domain.contact import ContactPerson
from core.domain.published_list import ListEntry
from core.domain.stage import Stage
from core.errors import NotAllowed
from core.services.acting import Actor
from core.services.advancing import advance
from core.services.cases.deciding import Verdict, decide
from core.services.cases.raising import Matter
from tests.core.services.cases.conftest import Posted, officer, only_case, posted, stage_of_applicant
from tests.core.services.cases.deciding import REASON, contact, finish, told
from tests.districts import District, somebody
from tests.engines import on_sqlite


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
def test_nothing_is_done_for_a_person_nobody_named(sessions: Sessions, vault: Vault, district: District) -> None:
    """Somebody was missing indeed: the office enters him; no other applicant is moved."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district)
        somebody(session, vault, hung.village_id, id_number="430521195203121236")
        hung.says(session, Matter(CaseKind.MISSING, hung.village_id, "漏了张三", None, hung.published))
        finish(session, hung, Verdict.UPHELD)
        assert set(session.scalars(select(Application.stage))) == {Stage.VILLAGE_LISTED, Stage.DECLARED}
