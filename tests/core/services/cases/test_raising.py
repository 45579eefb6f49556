"""core/services/cases/raising: whose case it becomes, ten voices in one, what is late, and what is kept of a voice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.area import Area
from core.domain.attempt import Attempts
from core.domain.case import Case, CaseKind, CaseState, Voice
from core.domain.stage import Stage
from core.services.cases.raising import Matter, TooMany, may_ask_for_recheck, may_raise
from tests.core.services.cases.conftest import DAYS, SENDER, only_case, posted, stage_of_applicant
from tests.districts import District, somebody
from tests.engines import on_postgresql, on_sqlite
from tests.stopped_clock import MID_MAY

CONTACT = 77
NOTES = (CaseKind.DEATH, CaseKind.PHONE, CaseKind.NAME, CaseKind.CALL_BACK)


@pytest.mark.parametrize(("level", "office"), [("village", "T1"), ("township", "D"), ("district", "D")])
@pytest.mark.parametrize("kind", [CaseKind.ENTRY, CaseKind.MISSING])
def test_an_objection_is_for_the_officers_one_level_above_its_list(
    sessions: Sessions, vault: Vault, district: District, level: str, office: str, kind: CaseKind
) -> None:
    """The township's for the village's list, the district's for the township's, and for its own a second officer."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district, level)
        entry = 1 if kind is CaseKind.ENTRY else None
        raised = hung.says(session, Matter(kind, hung.village_id, "话", None, hung.published, entry))
        case = only_case(session)
        assert session.get(Area, case.office_id).code == office  # type: ignore[union-attr]
        assert (case.state, case.due_on) == (CaseState.OPEN, hung.now.date() + timedelta(days=DAYS))
        assert (raised.state, raised.due_on) == (case.state, case.due_on)
        assert (case.application_id is not None) == (kind is CaseKind.ENTRY)


@on_sqlite
@pytest.mark.parametrize("kind", NOTES)
def test_a_note_is_for_the_township_of_the_village(
    sessions: Sessions, vault: Vault, district: District, kind: CaseKind
) -> None:
    """A death, a new phone, a wrong name, a call back: the office that knows the people."""
    with transaction(sessions) as session:
        posted(session, vault, district).says(session, Matter(kind, district.areas["T2V1"], "话"))
        assert only_case(session).office_id == district.areas["T2"]


@on_sqlite
def test_a_recheck_is_for_the_district(sessions: Sessions, vault: Vault, district: District) -> None:
    """Above whoever rejected at the township; at the bureau it is for another officer."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district)
        hung.says(session, Matter(CaseKind.RECHECK, hung.village_id, application_id=1))
        assert only_case(session).office_id == district.areas["D"]


def test_ten_people_against_one_entry_are_one_case(sessions: Sessions, vault: Vault, district: District) -> None:
    """Each has a number of his own and says his own words; the day is that promised to the first."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district)
        raised = [
            hung.says(session, hung.entry(f"话{n}"), sender=bytes([n]) * 32, now=hung.now + timedelta(hours=n))
            for n in range(10)
        ]
        assert len({one.number for one in raised}) == 10
        assert {one.due_on for one in raised} == {only_case(session).due_on}
        voices = session.scalars(select(Voice)).all()
        assert {vault.open(Voice.words, voice.words or b"") for voice in voices} == {f"话{n}" for n in range(10)}


@on_sqlite
@pytest.mark.parametrize(
    ("label", "state", "cases"),
    [("under review", CaseState.UNDER_REVIEW, 1), ("dismissed before", CaseState.DISMISSED, 2)],
)
def test_a_case_that_is_over_is_not_joined(
    sessions: Sessions, vault: Vault, district: District, label: str, state: CaseState, cases: int
) -> None:
    """What was decided stays decided; who objects then is heard anew."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district)
        hung.says(session)
        only_case(session).state = state
        hung.says(session)
        assert session.scalar(select(func.count()).select_from(Case)) == cases


@pytest.mark.parametrize(
    ("label", "after", "state"),
    [
        ("the last day", timedelta(days=6), CaseState.OPEN),
        ("the day after", timedelta(days=7), CaseState.LATE),
    ],
)
def test_after_the_closing_day_it_is_a_late_note(
    sessions: Sessions, vault: Vault, district: District, label: str, after: timedelta, state: CaseState
) -> None:
    """The village's posting ends with 21 March; what comes later is kept for the level above, and says so."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district)
        assert hung.says(session, now=hung.now + after).state is state
        assert only_case(session).state is state


@on_sqlite
def test_a_late_voice_joins_a_case_that_is_still_open(sessions: Sessions, vault: Vault, district: District) -> None:
    """It is heard with those that came in time; two late ones are one note."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district)
        hung.says(session)
        late = hung.now + timedelta(days=30)
        assert hung.says(session, now=late).state is CaseState.OPEN
        only_case(session).state = CaseState.UPHELD
        for _ in range(2):
            assert hung.says(session, now=late).state is CaseState.LATE
        assert session.scalar(select(func.count()).select_from(Case)) == 2


def test_of_an_anonymous_voice_nothing_leads_back(sessions: Sessions, vault: Vault, district: District) -> None:
    """No contact, not even sealed; no hour, neither of the case nor of the day's quota."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district)
        hung.says(session)
        hung.says(session, contact_id=CONTACT)
    with transaction(sessions) as session:
        contacts = [voice.contact for voice in session.scalars(select(Voice))]
        assert sorted(contact is None for contact in contacts) == [False, True]
        assert [vault.open(Voice.contact, contact) for contact in contacts if contact] == [str(CONTACT)]
        instants = [only_case(session).opened_at, session.scalars(select(Attempts.since)).one()]
        assert {at.astimezone(hung.now.tzinfo).time() for at in instants} == {datetime.min.time()}


@on_sqlite
def test_of_the_number_only_a_hash_is_kept(sessions: Sessions, vault: Vault, district: District) -> None:
    """Who reads the database follows nobody's case."""
    with transaction(sessions) as session:
        raised = posted(session, vault, district).says(session)
    with transaction(sessions) as session:
        voice = session.scalars(select(Voice)).one()
        kept = [cell for table in (voice, only_case(session)) for cell in vars(table).values()]
        assert not [cell for cell in kept if raised.number in str(cell)]


def test_five_a_day_are_taken(sessions: Sessions, vault: Vault, district: District) -> None:
    """The sixth is refused and not filed; another sender's is taken; at midnight the count begins anew."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district)
        for _ in range(5):
            hung.says(session)
        assert not may_raise(session, vault, SENDER, hung.now + timedelta(hours=13, minutes=29))
        with pytest.raises(TooMany):
            hung.says(session)
        hung.says(session, sender=b"o" * 32)
        assert session.scalar(select(func.count()).select_from(Voice)) == 6
        tomorrow = hung.now + timedelta(hours=13, minutes=30)
        assert may_raise(session, vault, SENDER, tomorrow)
        hung.says(session, now=tomorrow)
        assert may_raise(session, vault, SENDER, tomorrow)


@on_sqlite
def test_a_recheck_can_be_asked_for_once(sessions: Sessions, vault: Vault, district: District) -> None:
    """By whoever was rejected, and by nobody else; one that was decided counts too."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district)
        assert stage_of_applicant(session) is Stage.VILLAGE_LISTED
        assert not may_ask_for_recheck(session, 1)
        somebody(session, vault, hung.village_id, id_number="430521195203121236", stage=Stage.REJECTED)
        assert may_ask_for_recheck(session, 2)
        hung.says(session, Matter(CaseKind.RECHECK, hung.village_id, application_id=2), now=MID_MAY)
        only_case(session).state = CaseState.DISMISSED
        assert not may_ask_for_recheck(session, 2)


@on_postgresql
def test_first_voices_at_once_make_one_case(sessions: Sessions, vault: Vault, district: District) -> None:
    """Whoever comes second waits until the first has made it."""
    with transaction(sessions) as session:
        hung = posted(session, vault, district)
    begin = Barrier(6)

    def speak(number: int) -> None:
        with transaction(sessions) as session:
            begin.wait()
            hung.says(session, sender=bytes([number]) * 32)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(speak, range(6)))
    with transaction(sessions) as session:
        only_case(session)
        assert session.scalar(select(func.count()).select_from(Voice)) == 6
