"""core/services/personal: everything of a person is found; it goes when asked, or in time; what must stay, stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

import core.schema
from core.confidentiality.vault import Vault
from core.db import Base, Sessions, transaction
from core.delivery.outbox import MessageKind, OutboxRow, State, enqueue
from core.domain.application import Application
from core.domain.case import Case, CaseKind, CaseState, Voice
from core.domain.contact import Contact
from core.domain.payout import Payout, PayoutBatch, PayoutStatus
from core.domain.person import Person
from core.domain.stage import Stage
from core.errors import NotAllowed
from core.services.acting import Actor, Role
from core.services.advancing.one import advance
from core.services.personal.erasing import erase
from core.services.personal.holdings import holdings, rows_of
from core.services.personal.retention import forget_old
from core.settings import Settings
from tests.districts import District, settle, somebody
from tests.rows import NOON, fill
from tests.stopped_clock import MID_MAY

OWN, SHARED, OTHER_ID = "+8613800138000", "+8613900139000", "430521195203121236"
DAYS = timedelta(days=1)


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
def refs(sessions: Sessions, vault: Vault, district: District, officer: Actor) -> list[str]:
    """Two of one family phone; the first has ended, with a message, a case, and a reason."""
    village = district.areas["T1V1"]
    with transaction(sessions) as session:
        first = somebody(session, vault, village, phone=SHARED)
        second = somebody(session, vault, village, id_number=OTHER_ID, phone=SHARED)
        person = session.scalars(select(Person).where(Person.ref == first)).one()
        application = session.scalars(select(Application).where(Application.person_id == person.id)).one()
        case = Case(
            kind=CaseKind.RECHECK, state=CaseState.DISMISSED, area_id=village, office_id=district.areas["T1"],
            application_id=application.id, opened_at=MID_MAY, due_on=MID_MAY.date(), decided_at=MID_MAY,
            reason=vault.seal(Case.reason, "材料不全"),
        )  # fmt: skip
        session.add(case)
        session.flush()
        words, who = vault.seal(Voice.words, "年龄不对"), vault.seal(Voice.contact, "1")
        session.add(Voice(number_hash=b"n" * 32, case_id=case.id, words=words, contact=who, spoken_on=MID_MAY.date()))
        advance(session, vault, first, Stage.REJECTED, officer, "不满六十岁", MID_MAY)
    return [first, second]


def _id_of(session, ref: str) -> int:
    return session.scalars(select(Person.id).where(Person.ref == ref)).one()


def _pay(sessions: Sessions, ref: str, when=MID_MAY) -> None:
    with transaction(sessions) as session:
        session.add(batch := PayoutBatch(imported_at=when))
        session.flush()
        person_id, status = _id_of(session, ref), PayoutStatus.PAID
        session.add(Payout(batch_id=batch.id, person_id=person_id, year=2025, turn=0, amount=960, status=status))


def _counts(sessions: Sessions) -> dict[str, int]:
    with transaction(sessions) as session:
        tables = Base.metadata.sorted_tables
        return {table.name: session.scalar(select(func.count()).select_from(table)) for table in tables}


def test_no_table_of_persons_is_forgotten(sessions: Sessions, vault: Vault) -> None:
    """Whatever refers to a person, an application, a payment or a phone is found by that alone."""
    with transaction(sessions) as session:
        fill(session, vault, "x")
        found = {table.name for table, _ in rows_of(1)}
        assert {holding.table for holding in holdings(session, vault, 1)} <= found
    assert found == {
        "persons", "contacts", "contact_persons", "link_codes", "applications", "stage_changes", "procedure_records",
        "annual_checks", "list_entries", "cases", "payouts", "payout_replies", "outbox", "visits", "enrolments",
        "disowned", "followers", "acknowledgements", "staff_contacts", "act_codes",
        "corrections", "former_references", "quality_checks",
    }  # fmt: skip
    assert core.schema.Base is Base


def test_what_is_held_is_shown_in_clear(sessions: Sessions, vault: Vault, refs: list[str]) -> None:
    """Name, ID number, the reasons of decisions; nothing of the others whom the phone serves; no hash."""
    with transaction(sessions) as session:
        found = holdings(session, vault, _id_of(session, refs[0]))
    text = str(found)
    for word in ("王桂兰", "43052119500312123X", "不满六十岁", "材料不全"):
        assert word in text
    for word in (OTHER_ID, refs[1], "年龄不对", "hash", SHARED):
        assert word not in text


def test_erasure_leaves_nothing_of_who_was_never_paid(
    sessions: Sessions, vault: Vault, refs: list[str], officer: Actor
) -> None:
    """The other of the family keeps the phone; who spoke in a case can still follow it."""
    with transaction(sessions) as session:
        person_id = _id_of(session, refs[0])
        erased = erase(session, vault, refs[0], officer, MID_MAY)
        assert holdings(session, vault, person_id) == []
        assert session.scalar(select(func.count()).select_from(Person)) == 1
        assert session.scalar(select(func.count()).select_from(Contact)) == 1
        assert session.scalars(select(Case.application_id)).all() == [None]
        assert session.scalar(select(func.count()).select_from(Voice)) == 1
    assert erased.kept == {}
    assert {"persons", "applications", "stage_changes", "contact_persons"} <= set(erased.gone)


def test_erasure_keeps_what_the_law_bids(sessions: Sessions, vault: Vault, refs: list[str], officer: Actor) -> None:
    """Of who was paid the vouchers and the decision stay, and are named; how to reach him goes."""
    _pay(sessions, refs[0])
    with transaction(sessions) as session:
        erased = erase(session, vault, refs[0], officer, MID_MAY)
        left = {holding.table for holding in holdings(session, vault, _id_of(session, refs[0]))}
    assert left == set(erased.kept) == {"persons", "applications", "stage_changes", "cases", "payouts"}
    assert {"contact_persons", "outbox"} <= set(erased.gone)


def test_nobody_vanishes_from_a_procedure_under_way(
    sessions: Sessions, vault: Vault, refs: list[str], officer: Actor, district: District
) -> None:
    """Nor at the hands of a cadre, or of another township."""
    others = [
        Actor(district.staff[Role.CADRE, "T1V1"], Role.CADRE, district.areas["T1V1"]),
        Actor(district.staff[Role.OFFICER, "D"], Role.OFFICER, district.areas["T2"]),
    ]
    for ref, actor in ((refs[1], officer), *((refs[0], other) for other in others)):
        with pytest.raises(NotAllowed), transaction(sessions) as session:
            erase(session, vault, ref, actor, MID_MAY)


@pytest.mark.parametrize(
    ("after", "gone"),
    [
        (29, set()),
        (50, {"texts"}),
        (380, {"texts", "case_words"}),
        (440, {"texts", "messages", "case_words"}),
        (1826, {"texts", "messages", "case_words", "persons"}),
    ],
)
def test_each_kind_goes_in_its_time(
    sessions: Sessions, vault: Vault, refs: list[str], settings: Callable[..., Settings], after: int, gone: set[str]
) -> None:
    """And not before; whose application stands is never touched."""
    with transaction(sessions) as session:
        enqueue(
            session, vault, contact_id=1, text_key="link.code", fields={"code": "1"}, now=MID_MAY,
            expires_at=MID_MAY, kind=MessageKind.ANSWER,
        )  # fmt: skip
        session.flush()
        session.execute(update(OutboxRow).values(state=State.SENT))
    with transaction(sessions) as session:
        found = forget_old(session, settings(), MID_MAY + after * DAYS)
    assert {kind for kind, number in found.items() if number} == gone
    with transaction(sessions) as session:
        assert _id_of(session, refs[1])


def test_who_was_paid_is_kept_for_thirty_years(
    sessions: Sessions, vault: Vault, refs: list[str], settings: Callable[..., Settings]
) -> None:
    """And then goes too, vouchers and all."""
    _pay(sessions, refs[0])
    for years, persons in ((29, 0), (31, 1)):
        with transaction(sessions) as session:
            assert forget_old(session, settings(), MID_MAY + years * 365.25 * DAYS)["persons"] == persons
    assert (_counts(sessions)["payouts"], _counts(sessions)["persons"]) == (0, 1)


def test_a_strangers_number_goes_and_an_opt_out_stays(
    sessions: Sessions, vault: Vault, settings: Callable[..., Settings]
) -> None:
    """Who said 退订 shall not be written to because it was forgotten."""
    with transaction(sessions) as session:
        for number, opted_out in ((1, None), (2, NOON)):
            address = vault.seal(Contact.address, f"+861380013800{number}")
            session.add(
                Contact(
                    channel="sms", address=address, address_hash=bytes([number]) * 32, introduced_at=NOON,
                    opted_out_at=opted_out,
                )
            )  # fmt: skip
    with transaction(sessions) as session:
        assert forget_old(session, settings(), NOON + 399 * DAYS)["contacts"] == 0
        assert forget_old(session, settings(), NOON + 401 * DAYS)["contacts"] == 1
    with transaction(sessions) as session:
        assert session.scalars(select(Contact.opted_out_at)).all() == [NOON]
