"""core/services/villages: whose villages a sender may mean, and the way to any other, township first."""

from __future__ import annotations

from sqlalchemy import select

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.area import Area, Level
from core.domain.person import Person
from core.services.villages import place, townships, villages_in, villages_of
from tests.districts import settle, somebody


def test_from_persons_and_from_the_top(sessions: Sessions, vault: Vault) -> None:
    """Each village once, by code; a township without a village is none to choose."""
    with transaction(sessions) as session:
        areas = settle(session, vault).areas
        session.add(Area(code="T3", name="空", level=Level.OFFICE, parent_id=areas["D"]))
        for village, number in (("T2V1", "0"), ("T1V1", "1"), ("T1V1", "2")):
            somebody(session, vault, areas[village], id_number=f"43052119500312123{number}")
        everybody = list(session.scalars(select(Person.id)))
        assert [one.id for one in villages_of(session, everybody)] == [areas["T1V1"], areas["T2V1"]]
        assert villages_of(session, []) == []
        assert [one.id for one in townships(session)] == [areas["T1"], areas["T2"]]
        assert [one.id for one in villages_in(session, areas["T1"])] == [areas["T1V1"], areas["T1V2"]]
        assert place(session, areas["T1V2"]).name == "名T1V2"
