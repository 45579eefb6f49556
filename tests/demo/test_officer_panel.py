"""demo/officer_panel: the page shows what is to be decided, and decides it as the officers' own commands would."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.audit.trail import AuditEntry
from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.delivery.outbox import OutboxRow
from core.domain.application import Application
from core.domain.case import Case, CaseKind, CaseState, Ground
from core.domain.contact import Contact
from core.domain.published_list import ListEntry, PublishedList
from core.domain.stage import Stage
from core.services.cases.raising import Matter, raise_case
from core.services.contacts import address_hash
from core.settings import Settings
from demo.officer_panel import officer_panel
from tests.districts import District, settle, somebody
from tests.engines import on_sqlite
from tests.lines import count, make_line
from tests.stopped_clock import MID_MAY, StoppedClock

pytestmark = on_sqlite

FARMER, NEIGHBOUR = "+8613800000001", "+8613800000002"


@pytest.fixture
def page(
    sessions: Sessions, vault: Vault, scheme_clock: StoppedClock, settings: Callable[..., Settings]
) -> FlaskClient:
    """The panel, with three cases: against the farmer's entry of the district's list, and a death in each township."""
    with transaction(sessions) as session:
        district = settle(session, vault)
        against = _list_of_one(district)
        neighbour = session.scalars(
            select(Contact.id).where(Contact.address_hash == address_hash(vault, "sms", NEIGHBOUR))
        ).one()
        _raise(district, against, neighbour)
        for village in ("T1V1", "T2V1"):
            _raise(district, Matter(CaseKind.DEATH, district.areas[village], "上个月走了"))
    app = Flask("page")
    app.register_blueprint(officer_panel(make_line(sessions, vault, scheme_clock, settings())))
    return app.test_client()


def _list_of_one(district: District) -> Matter:
    session, village = district.session, district.areas["T1V1"]
    somebody(session, district.vault, village, stage=Stage.DISTRICT_LISTED, phone=FARMER)
    somebody(session, district.vault, village, id_number="430522195003121237", stage=None, phone=NEIGHBOUR)
    application = session.scalars(select(Application.id)).one()
    posted = PublishedList(
        year=2026, level="district", area_id=district.areas["D"], board_code="4711", entries=1, frozen_at=MID_MAY
    )
    session.add(posted)
    session.flush()
    session.add(ListEntry(list_id=posted.id, number=7, application_id=application, village_id=village))
    session.flush()
    return Matter(CaseKind.ENTRY, village, "他才五十八", Ground.AGE, posted, 7)


def _raise(district: District, matter: Matter, contact_id: int | None = None) -> None:
    sender = district.vault.lookup("sender", str(matter.village_id))
    raise_case(district.session, district.vault, matter, sender, contact_id, 5, MID_MAY)


def _cases(page: FlaskClient) -> list[dict[str, Any]]:
    return list(page.get("/demo/api/cases").json["cases"])


def test_what_the_office_sees(page: FlaskClient) -> None:
    """Each case with its office, its officer and what was said; nobody's number, and no words of a case whose office
    has nobody here."""
    against, death, elsewhere = _cases(page)
    assert (against["level"], against["entry"], against["office"], against["officer"]) == (
        "district",
        7,
        "名D",
        "周建明",
    )
    read = page.get(f"/demo/api/cases/{against['id']}")
    assert read.json["said"] == [{"ground": "age", "words": "他才五十八"}]
    assert (death["kind"], death["office"]) == ("death", "名T1")
    assert (elsewhere["office"], elsewhere["officer"]) == ("名T2", None)
    assert page.get(f"/demo/api/cases/{elsewhere['id']}").status_code == 409
    for shown in (read, page.get("/demo/api/cases")):
        assert NEIGHBOUR[3:] not in shown.text


def test_looking_is_not_reading(page: FlaskClient, sessions: Sessions) -> None:
    """The page looks every second, which leaves no trace; what is opened is noted as read by its officer."""
    (before,) = count(sessions, AuditEntry)
    case = _cases(page)[0]
    assert count(sessions, AuditEntry) == [before]
    page.get(f"/demo/api/cases/{case['id']}")
    assert count(sessions, AuditEntry) == [before + 1]


@pytest.mark.parametrize(("verdict", "told"), [("dismissed", 2), ("upheld", 2)])
def test_a_decision_is_the_services_own(page: FlaskClient, sessions: Sessions, verdict: str, told: int) -> None:
    """The case is decided, a message waits for either side, and the page has it no more."""
    case = _cases(page)[0]
    answer = page.post(f"/demo/api/cases/{case['id']}", json={"verdict": verdict, "reason": "上门核实过。"})
    assert (answer.status_code, len(_cases(page))) == (200, 2)
    with transaction(sessions) as session:
        assert session.scalars(select(Case.state).where(Case.id == case["id"])).one() == CaseState(verdict)
        assert len(session.scalars(select(OutboxRow.contact_id).distinct()).all()) == told


REFUSED: list[tuple[str, int, dict[str, Any], int]] = [
    ("a verdict that such a case can't have", 0, {"json": {"verdict": "done", "reason": "好"}}, 409),
    ("a case whose office has nobody here", 2, {"json": {"verdict": "done", "reason": "好"}}, 409),
    ("no such verdict", 0, {"json": {"verdict": "open", "reason": "好"}}, 400),
    ("no reason", 0, {"json": {"verdict": "upheld", "reason": " "}}, 400),
    ("a reason too long for a text", 0, {"json": {"verdict": "upheld", "reason": "好" * 201}}, 400),
    ("a form, which any page could post", 0, {"data": {"verdict": "upheld", "reason": "好"}}, 415),
]


@pytest.mark.parametrize(("label", "number", "request_", "status"), REFUSED, ids=[case[0] for case in REFUSED])
def test_what_decides_nothing(
    page: FlaskClient, label: str, number: int, request_: dict[str, Any], status: int
) -> None:
    """Only the page decides, only what the services allow, and every case stays as it was."""
    before = _cases(page)
    assert (label, page.post(f"/demo/api/cases/{before[number]['id']}", **request_).status_code) == (label, status)
    assert _cases(page) == before


def test_a_case_that_there_is_not(page: FlaskClient) -> None:
    """A case decided in another window is refused in words."""
    answer = page.post("/demo/api/cases/99", json={"verdict": "upheld", "reason": "好"})
    assert (answer.status_code, answer.json["error"]) == (409, "not_decided")
