"""Import of staff: cadres, officers, inspectors and administrators, found by phone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.db import Sessions
from core.domain.area import Area, Level
from core.domain.staff import Role, Staff
from core.services.importing.batches import OnRow, ignore, run
from core.services.importing.cells import RowReader, Unfit
from core.services.importing.identity import place_code, staff_name
from core.services.importing.report import Outcome, Report, RowResult
from core.services.importing.seen import Seen
from core.services.importing.table import Column, Row
from core.services.importing.telephone import mobile
from core.services.importing.words import ROLES, one_of

LAYOUT = (
    Column("name", ("姓名",)),
    Column("role", ("角色", "职务")),
    Column("area", ("区域编码", "编码")),
    Column("phone", ("手机号", "手机号码", "手机")),
)

_SAID = ("name", "role", "area")


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A row that is fit by itself."""

    reader: RowReader
    name: str
    role: Role
    area: str
    phone: str


def import_staff(
    rows: Iterable[Row], sessions: Sessions, vault: Vault, *, dry_run: bool = False, on_row: OnRow = ignore
) -> Report:
    """Create or update the staff in `rows`; a PIN stays as it is. Raises Stopped, which tells how far it came."""
    seen = Seen()

    def save(session: Session, some: Sequence[StaffRow]) -> list[RowResult]:
        return _Batch(session, vault, seen, some).results()

    return run(rows, _parse, save, sessions, seen=seen, dry_run=dry_run, on_row=on_row)


def _parse(row: Row) -> StaffRow | RowResult:
    reader = RowReader(row)
    parsed = StaffRow(
        reader,
        reader.required("name", staff_name, ""),
        reader.required("role", one_of(ROLES), Role.CADRE),
        reader.required("area", place_code, ""),
        reader.required("phone", mobile, ""),
    )
    return parsed if reader.is_fit else reader.rejected()


class _Batch:
    """Some rows held against the records that they name."""

    def __init__(self, session: Session, vault: Vault, seen: Seen, rows: Sequence[StaffRow]) -> None:
        self._session = session
        self._vault = vault
        self._seen = seen
        self._rows = [(row, vault.lookup("staff_phone", row.phone)) for row in rows]
        areas = select(Area).where(Area.code.in_({row.area for row in rows}))
        self._areas = {area.code: area for area in session.scalars(areas)}
        staff = select(Staff).where(Staff.phone_hash.in_({phone_hash for _, phone_hash in self._rows}))
        self._staff = {member.phone_hash: member for member in session.scalars(staff)}

    def results(self) -> list[RowResult]:
        """What became of each row."""
        return [self._result(row, phone_hash) for row, phone_hash in self._rows]

    def _result(self, row: StaffRow, phone_hash: bytes) -> RowResult:
        try:
            return row.reader.result(self._placed(row, phone_hash))
        except Unfit as unfit:
            return row.reader.rejected(unfit)

    def _placed(self, row: StaffRow, phone_hash: bytes) -> Outcome:
        said = (row.name, row.role, row.area)
        if earlier := self._seen.earlier(phone_hash, said):
            if earlier.differs is not None:
                raise Unfit(f"line {earlier.line} says otherwise of the same phone", _SAID[earlier.differs])
            return Outcome.UNCHANGED
        area = self._areas.get(row.area)
        if area is None:
            raise Unfit("is no area of the records: import the areas first", "area")
        if row.role is Role.CADRE and area.level is not Level.VILLAGE:
            row.reader.warn("area", "is no village, but the role is a village cadre's")
        member = self._staff.get(phone_hash)
        outcome = self._updated(member, row, area) if member else self._created(row, area, phone_hash)
        self._seen.note(phone_hash, row.reader.line, said)
        return outcome

    def _created(self, row: StaffRow, area: Area, phone_hash: bytes) -> Outcome:
        name = self._vault.seal(Staff.name, row.name)
        phone = self._vault.seal(Staff.phone, row.phone)
        self._session.add(Staff(name=name, role=row.role, area_id=area.id, phone=phone, phone_hash=phone_hash))
        return Outcome.CREATED

    def _updated(self, member: Staff, row: StaffRow, area: Area) -> Outcome:
        if member.left_at is not None:
            # An old file must not give somebody who was dismissed his rights back.
            raise Unfit("belongs to somebody who has left: an administrator takes them back first", "phone")
        outcome = Outcome.UNCHANGED
        if self._vault.open(Staff.name, member.name) != row.name:
            member.name = self._vault.seal(Staff.name, row.name)
            outcome = Outcome.UPDATED
        if (member.role, member.area_id) != (row.role, area.id):
            member.role, member.area_id = row.role, area.id
            outcome = Outcome.UPDATED
        return outcome
