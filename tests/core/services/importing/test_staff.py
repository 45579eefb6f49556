"""Import of staff: found by phone, PINs untouched, nobody who left comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from core.domain.area import Area
from core.domain.staff import Role, Staff
from tests.core.services.importing.conftest import Desk
from tests.core.services.importing.invented import csv_file
from tests.engines import on_sqlite
from tests.stopped_clock import MID_MAY

HEADER = ("name", "role", "area", "phone")
GOOD = {"name": "张强", "role": "村干部", "area": "V1", "phone": "13912345678"}


def file(desk: Desk, *rows: dict[str, object]) -> Path:
    """A file of this staff."""
    return csv_file(desk.folder / "staff.csv", rows, HEADER)


def test_staff_is_written_sealed(desk: Desk) -> None:
    """A good row becomes a member without a PIN; again: unchanged."""
    assert desk.staff(file(desk, GOOD)).counts == (1, 0, 0, 0)
    (member,) = desk.all(Staff)
    assert desk.vault.open(Staff.name, member.name) == "张强"
    assert desk.vault.open(Staff.phone, member.phone) == "+8613912345678"
    assert member.phone_hash == desk.vault.lookup("staff_phone", "+8613912345678")
    assert (member.role, member.pin_hash) == (Role.CADRE, None)
    assert desk.staff(file(desk, GOOD)).counts == (0, 0, 1, 0)


@pytest.mark.parametrize("cells", [{"name": "张志强"}, {"role": "officer", "area": "T"}, {"area": "V2"}])
@on_sqlite
def test_an_update_keeps_the_pin(desk: Desk, cells: dict[str, object]) -> None:
    """Found by phone, the member gets a new name, role or area; the PIN is theirs."""
    desk.staff(file(desk, GOOD))
    with desk.sessions.begin() as session:
        session.execute(update(Staff).values(pin_hash="hash"))
    assert desk.staff(file(desk, GOOD | cells)).counts == (0, 1, 0, 0)
    (member,) = desk.all(Staff)
    area = {area.id: area.code for area in desk.all(Area)}[member.area_id]
    now = {"name": desk.vault.open(Staff.name, member.name), "role": member.role, "area": area}
    assert now == {"name": "张强", "role": "cadre", "area": "V1"} | cells
    assert member.pin_hash == "hash"


BAD = {
    "no name": ({"name": ""}, "name: is empty"),
    "a name with a digit": ({"name": "张3"}, "name: must be"),
    "an unclear role": ({"role": "干部"}, "role: must be one of"),
    "an unknown area": ({"area": "V9"}, "area: is no area"),
    "no phone": ({"phone": ""}, "phone: is empty"),
    "a landline": ({"phone": "0731-88881234"}, "phone: is no mobile"),
}


@on_sqlite
@pytest.mark.parametrize(("cells", "reason"), BAD.values(), ids=BAD)
def test_bad_cells(desk: Desk, cells: dict[str, object], reason: str) -> None:
    """The row is rejected in one line, the good ones are kept."""
    imported = desk.staff(file(desk, GOOD | {"phone": "13987654321"}, GOOD | cells))
    assert imported.counts == (1, 0, 0, 1)
    assert imported.said[0].startswith(f"line 3, column {reason}")


ROLES = {
    "cadre": Role.CADRE, "专干": Role.CADRE, "Officer": Role.OFFICER, "工作人员": Role.OFFICER,
    "inspector": Role.INSPECTOR, "纪检": Role.INSPECTOR, "检查员": Role.INSPECTOR, "管理员": Role.ADMIN,
}  # fmt: skip


@on_sqlite
def test_roles_in_both_languages(desk: Desk) -> None:
    """Each word means what the office means by it."""
    rows = [GOOD | {"role": word, "phone": f"1391234567{place}"} for place, word in enumerate(ROLES)]
    desk.staff(file(desk, *rows))
    assert [member.role for member in desk.all(Staff)] == list(ROLES.values())


@on_sqlite
def test_a_cadre_outside_a_village_is_pointed_out(desk: Desk) -> None:
    """It may be meant; it is more often a mistake."""
    imported = desk.staff(file(desk, GOOD | {"area": "T"}))
    assert imported.counts == (1, 0, 0, 0)
    assert imported.said == ["line 2, column area: warning: is no village, but the role is a village cadre's"]


@on_sqlite
def test_who_left_does_not_come_back(desk: Desk) -> None:
    """An old file gives nobody their rights back."""
    desk.staff(file(desk, GOOD))
    with desk.sessions.begin() as session:
        session.execute(update(Staff).values(left_at=MID_MAY))
    assert desk.staff(file(desk, GOOD)).said[0].startswith("line 2, column phone: belongs to somebody who has left")


@on_sqlite
def test_one_phone_twice(desk: Desk) -> None:
    """The same again is nothing new; otherwise it is rejected and names the first."""
    imported = desk.staff(file(desk, GOOD, GOOD, GOOD | {"role": "admin"}))
    assert imported.counts == (1, 0, 1, 1)
    assert imported.said == ["line 4, column role: line 2 says otherwise of the same phone"]
