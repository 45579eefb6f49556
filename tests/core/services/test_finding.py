"""core/services/finding: people are found by reference, ID number or phone, and nothing of them but the file is shown."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.application import Application
from core.domain.person import Person
from core.domain.stage import Stage
from core.services.finding import Found, find_persons
from tests.districts import District, settle, somebody
from tests.stopped_clock import MID_MAY

ID_NUMBER, WIFES, PHONE = "43052119500312123X", "430521195203121236", "+8613800138000"


@pytest.fixture
def refs(sessions: Sessions, vault: Vault) -> tuple[str, str]:
    """A couple on one phone: he applied in two years, she in none."""
    with transaction(sessions) as session:
        district: District = settle(session, vault)
        his = somebody(session, vault, district.areas["T1V1"], id_number=ID_NUMBER, phone=PHONE)
        hers = somebody(session, vault, district.areas["T2V1"], id_number=WIFES, stage=None, phone=PHONE)
        person = session.scalars(select(Person).where(Person.ref == his)).one()
        session.add(Application(person_id=person.id, year=2025, stage=Stage.REJECTED, stage_since=MID_MAY))
        return his, hers


def find(sessions: Sessions, vault: Vault, key: str) -> list[Found]:
    """Look, in a transaction of its own."""
    with transaction(sessions) as session:
        return find_persons(session, vault, key)


def test_each_way_finds_the_latest_year(sessions: Sessions, vault: Vault, refs: tuple[str, str]) -> None:
    """The reference, with a space that was typed; the ID number, with a small x; the phone, which two share."""
    him = Found(refs[0], 2026, Stage.DECLARED, "T1V1")
    her = Found(refs[1], None, None, "T2V1")
    assert find(sessions, vault, f" {refs[0][:4]} {refs[0][4:]}") == [him]
    assert find(sessions, vault, "430521 19500312 123x") == [him]
    for written in (PHONE, "13800138000", "138-0013-8000"):
        assert find(sessions, vault, written) == [him, her]
    assert find(sessions, vault, refs[1]) == [her]


@pytest.mark.parametrize(
    "key", ["", "王桂兰", "%", "43052119500312124X", "+8613800138001", "1380013800", "10000008", "x" * 18, "\x00"]
)
def test_nobody_is_found_otherwise(sessions: Sessions, vault: Vault, refs: tuple[str, str], key: str) -> None:
    """Not by name, not by a part, not by a wild card."""
    assert find(sessions, vault, key) == []
