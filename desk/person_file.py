"""The file of one person (一人一档): history, decisions, papers and payments on one page to be printed."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from jinja2 import Environment, StrictUndefined, Template
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Column, Vault
from core.domain.application import Application, StageChange
from core.domain.area import Area
from core.domain.contact import Language
from core.domain.correction import Correction, CorrectionKind
from core.domain.payout import Payout, PayoutStatus
from core.domain.person import Person
from core.domain.procedure_record import ProcedureRecord, RecordKind
from core.texts import speaker

Part = tuple[str, tuple[str, ...], list[tuple[object, ...]]]

_RECORDS = {RecordKind.COUNCIL: "理事会审议", RecordKind.CONGRESS: "村民代表会议审议", RecordKind.PAPERS: "材料"}
_PAID = {PayoutStatus.PAID: "已发放", PayoutStatus.FAILED: "发放失败"}
_CORRECTED = {
    CorrectionKind.NAME: "姓名",
    CorrectionKind.ID_NUMBER: "身份证号",
    CorrectionKind.GROUP: "村民小组",
    CorrectionKind.MOVED: "迁居",
    CorrectionKind.MERGED: "合并",
    CorrectionKind.DIED: "去世",
}


def person_file(session: Session, vault: Vault, person: Person, today: date, zone: ZoneInfo) -> str:
    """The page in HTML, which loads nothing from elsewhere; days are those of `zone`. Raises KeysError."""
    village = session.get_one(Area, person.area_id)
    return _template().render(
        ref=person.ref,
        name=vault.open(Person.name, person.name),
        id_number=vault.open(Person.id_number, person.id_number),
        village=village.name,
        group=person.village_group or "",
        today=today,
        parts=[
            _history(session, vault, person.id, zone),
            _records(session, person.id),
            _payments(session, vault, person.id),
            _corrections(session, vault, person.id, zone),
        ],
    )


def _history(session: Session, vault: Vault, person_id: int, zone: ZoneInfo) -> Part:
    say = speaker(Language.CHINESE)
    query = select(Application.year, StageChange).join(StageChange, StageChange.application_id == Application.id)
    rows: list[tuple[object, ...]] = []
    for year, change in session.execute(query.where(Application.person_id == person_id).order_by(StageChange.id)):
        when, reason = _day(change.changed_at, zone), _opened(vault, StageChange.reason, change.reason)
        rows.append((year, when, say(f"stage.{change.to_stage}"), change.staff_id or "", reason))
    return "申报与审批", ("年度", "日期", "阶段", "经办人编号", "理由"), rows


def _records(session: Session, person_id: int) -> Part:
    query = select(ProcedureRecord).join(Application, Application.id == ProcedureRecord.application_id)
    found = session.scalars(query.where(Application.person_id == person_id).order_by(ProcedureRecord.held_on))
    rows: list[tuple[object, ...]] = [
        (row.held_on, _RECORDS[row.kind], "通过" if row.passed else "未通过", row.staff_id) for row in found
    ]
    return "审议与材料", ("日期", "事项", "结果", "经办人编号"), rows


def _payments(session: Session, vault: Vault, person_id: int) -> Part:
    found = session.scalars(select(Payout).where(Payout.person_id == person_id).order_by(Payout.year, Payout.turn))
    rows: list[tuple[object, ...]] = [
        (row.year, row.amount, _PAID[row.status], row.paid_on or "", _opened(vault, Payout.reason, row.reason))
        for row in found
    ]
    return "发放", ("年度", "金额（元）", "结果", "日期", "说明"), rows


def _corrections(session: Session, vault: Vault, person_id: int, zone: ZoneInfo) -> Part:
    found = session.scalars(select(Correction).where(Correction.person_id == person_id).order_by(Correction.id))
    rows: list[tuple[object, ...]] = [
        (_day(row.corrected_at, zone), _CORRECTED[row.kind], row.staff_id, vault.open(Correction.reason, row.reason))
        for row in found
    ]
    return "更正", ("日期", "事项", "经办人编号", "理由"), rows


def _day(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()


def _opened(vault: Vault, column: Column, sealed: bytes | None) -> str:
    return vault.open(column, sealed) if sealed else ""


@cache
def _template() -> Template:
    page = resources.files("desk").joinpath("person_file.html").read_text("utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(page)
