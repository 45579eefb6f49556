"""A row of the applicants' file: its columns, and what each cell may hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from core.domain.application import ChildrenGround
from core.domain.contact import Language
from core.domain.stage import Stage
from core.services.importing.cells import RowReader, Unfit
from core.services.importing.identity import chinese_name, has_known_province, id_number, place_code, reference
from core.services.importing.report import RowResult
from core.services.importing.table import Column, Row
from core.services.importing.telephone import LANDLINE, NO_TELEPHONE, telephone
from core.services.importing.words import GROUNDS, LANGUAGES, STAGES, YES_NO, one_of, plain_words, year

LAYOUT = (
    Column("ref", ("编号",), required=False),
    Column("name", ("姓名",)),
    Column("id_number", ("身份证号", "身份证号码", "身份证", "公民身份号码")),
    Column("phone", ("手机号", "手机号码", "手机", "联系电话", "电话"), required=False),
    Column("area", ("村编码", "村（社区）编码")),
    Column("stage", ("阶段",), required=False),
    Column("year", ("年度", "年份")),
    Column("language", ("语言",), required=False),
    Column("home_visit", ("上门服务",), required=False),
    Column("reason", ("原因",), required=False),
    Column("group", ("村民小组", "组", "小组"), required=False),
    Column("ground", ("条件", "情形"), required=False),
)

_LONGEST_GROUP = 16


@dataclass(frozen=True, slots=True)
class ApplicantRow:
    """A row that is fit by itself. What is None, or '', is not said: a record that is known keeps it.

    `phone` is a mobile in E.164; '' says that there is none, None that the file has no such column.
    `id_number` is '' only beside a `ref`.
    """

    reader: RowReader
    ref: str
    name: str
    id_number: str
    phone: str | None
    area: str
    stage: Stage | None
    year: int
    language: Language | None
    home_visit: bool | None
    reason: str
    group: str
    ground: ChildrenGround | None


def applicant_reader(now: datetime) -> Callable[[Row], ApplicantRow | RowResult]:
    """A reader of rows as of `now`: of an ApplicantRow, or of the result of a row that cannot be taken."""
    read_id_number, read_year = id_number(now.date()), year(now.year + 1)

    def parse(row: Row) -> ApplicantRow | RowResult:
        reader = RowReader(row)
        ref = reader.optional("ref", reference, "")
        number = reader.optional if ref else reader.required
        parsed = ApplicantRow(
            reader,
            ref,
            reader.required("name", chinese_name, ""),
            number("id_number", read_id_number, ""),
            _phone(reader),
            reader.required("area", place_code, ""),
            reader.optional("stage", one_of(STAGES), None),
            reader.required("year", read_year, 0),
            reader.optional("language", one_of(LANGUAGES), None),
            reader.optional("home_visit", one_of(YES_NO), None),
            reader.optional("reason", plain_words, ""),
            reader.optional("group", _village_group, ""),
            reader.optional("ground", one_of(GROUNDS), None),
        )
        if not reader.is_fit:
            return reader.rejected()
        if parsed.id_number and not has_known_province(parsed.id_number):
            reader.warn("id_number", "begins with no province's digits; please compare it with the ID card")
        return parsed

    return parse


def _phone(reader: RowReader) -> str | None:
    if not reader.has("phone"):
        return None
    found = reader.optional("phone", telephone, NO_TELEPHONE)
    if found is NO_TELEPHONE:
        reader.warn("phone", "is empty: this person is reached by visit only")
    if found is LANDLINE:
        reader.warn("phone", "is a landline, which takes no messages: this person is reached by visit or voice")
    return found.mobile


def _village_group(text: str) -> str:
    group = "".join(text.split())
    if len(group) > _LONGEST_GROUP or not group.isprintable():
        raise Unfit(f"must be up to {_LONGEST_GROUP} characters, such as 3组")
    return group
