"""Opt-out noted at the door: for whom, by whom, and what a cadre cannot learn by trying."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.audit import AuditEntry
from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.domain.contact import Contact
from core.domain.staff import Role
from core.errors import NotAllowed, NotFound
from core.services.acting import Actor
from core.services.consent import note_opt_out
from tests.districts import settle, somebody
from tests.stopped_clock import MID_MAY

PHONE, ELSEWHERE, SHARED, UNKNOWN = "13800138000", "13900139000", "13700137000", "13600136000"


@pytest.mark.parametrize(
    ("label", "role", "area", "phone", "refused"),
    [
        ("the village's cadre", Role.CADRE, "T1V1", PHONE, None),
        ("typed with blanks", Role.CADRE, "T1V1", "138 0013 8000", None),
        ("another village's cadre", Role.CADRE, "T1V1", ELSEWHERE, NotFound),
        ("a family in two villages, the cadre of one", Role.CADRE, "T1V1", SHARED, None),
        ("the township's officer", Role.OFFICER, "T1", PHONE, None),
        ("another township's officer", Role.OFFICER, "T1", ELSEWHERE, NotFound),
        ("the district's officer", Role.OFFICER, "D", ELSEWHERE, None),
        ("an administrator", Role.ADMIN, "D", PHONE, None),
        ("an inspector", Role.INSPECTOR, "D", PHONE, NotAllowed),
        ("nobody's number", Role.OFFICER, "D", UNKNOWN, NotFound),
        ("no number at all", Role.OFFICER, "D", "12", NotFound),
    ],
)
def test_who_may_note_it_for_whom(
    sessions: Sessions,
    vault: Vault,
    label: str,
    role: Role,
    area: str,
    phone: str,
    refused: type[Exception] | None,
) -> None:
    """Whoever serves the person's village; a refusal changes nothing."""
    with transaction(sessions) as session:
        district = settle(session, vault)
        for number, (village, served) in enumerate(
            (("T1V1", PHONE), ("T2V1", ELSEWHERE), ("T1V1", SHARED), ("T2V1", SHARED))
        ):
            somebody(session, vault, district.areas[village], id_number=f"{number}", phone=f"+86{served}")
        actor = Actor(district.staff.get((role, area), 1), role, district.areas[area])
        if refused:
            with pytest.raises(refused):
                note_opt_out(session, vault, phone, actor, True, MID_MAY)
        else:
            note_opt_out(session, vault, phone, actor, True, MID_MAY)
        silent = session.scalars(select(Contact.id).where(Contact.opted_out_at.is_not(None))).all()
        assert len(silent) == (0 if refused else 1)
        noted = session.scalars(select(AuditEntry.action)).all()
        assert noted == ([] if refused else ["opt_out"])
        if not refused:
            note_opt_out(session, vault, phone, actor, False, MID_MAY)
            assert session.scalars(select(Contact.id).where(Contact.opted_out_at.is_not(None))).all() == []


def test_a_number_of_elsewhere_and_one_of_nobody_are_refused_alike(sessions: Sessions, vault: Vault) -> None:
    """A cadre cannot find out by trying whom the line knows."""
    refusals = []
    with transaction(sessions) as session:
        district = settle(session, vault)
        somebody(session, vault, district.areas["T2V1"], phone=f"+86{ELSEWHERE}")
        cadre = Actor(1, Role.CADRE, district.areas["T1V1"])
        for phone in (ELSEWHERE, UNKNOWN):
            with pytest.raises(NotFound) as refused:
                note_opt_out(session, vault, phone, cadre, True, MID_MAY)
            refusals.append(str(refused.value))
    assert refusals[0] == refusals[1]
