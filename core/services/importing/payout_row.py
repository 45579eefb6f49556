"""A row of the bank's result file: its columns, and what each cell may hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from core.domain.payout import PayoutStatus
from core.policy.amounts import AmountError, amount_for
from core.services.importing.cells import RowReader, Unfit
from core.services.importing.identity import reference
from core.services.importing.report import RowResult
from core.services.importing.table import Column, Row
from core.services.importing.words import PAYOUT_STATUSES, one_of, plain_words, year
from core.text import fold

LAYOUT = (
    Column("ref", ("编号",)),
    Column("year", ("年度", "年份")),
    Column("amount", ("金额", "金额（元）", "发放金额")),
    Column("status", ("状态", "发放状态")),
    Column("paid_on", ("发放日期",), required=False),
    Column("reason", ("原因", "失败原因"), required=False),
)

_YUAN = re.compile(r"(\d{1,7})(?:\.(\d{1,2}))?", re.ASCII)
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d{2})(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class PayoutRow:
    """A row that is fit by itself: `amount` is what is in force for the year, in yuan."""

    reader: RowReader
    ref: str
    year: int
    amount: int
    status: PayoutStatus
    paid_on: date | None
    reason: str


def payout_reader(now: datetime, amounts: Mapping[int, int]) -> Callable[[Row], PayoutRow | RowResult]:
    """A reader of rows as of `now`; `amounts` holds the office's own amounts, in yuan by year."""
    today = now.date()
    read_year = year(today.year)

    def parse(row: Row) -> PayoutRow | RowResult:
        reader = RowReader(row)
        paid_year = reader.required("year", read_year, 0)
        parsed = PayoutRow(
            reader,
            reader.required("ref", _known_form, ""),
            paid_year,
            reader.required("amount", _amount(paid_year, amounts), 0),
            reader.required("status", one_of(PAYOUT_STATUSES), PayoutStatus.PAID),
            reader.optional("paid_on", _day(paid_year, today), None),
            reader.optional("reason", plain_words, ""),
        )
        if reader.is_fit:
            _check_together(parsed)
        return parsed if reader.is_fit else reader.rejected()

    return parse


def _check_together(row: PayoutRow) -> None:
    if row.status is PayoutStatus.PAID and row.paid_on is None:
        row.reader.fault(Unfit("is empty; a payment that was made has its day", "paid_on"))
    if row.status is PayoutStatus.FAILED and not row.reason:
        row.reader.fault(Unfit("is empty; a payment that failed needs the bank's reason", "reason"))


def _known_form(text: str) -> str:
    try:
        return reference(text)
    except Unfit:
        raise Unfit("is not a reference of this line: a digit may be mistyped") from None


def _amount(paid_year: int, amounts: Mapping[int, int]) -> Callable[[str], int]:
    def parse(text: str) -> int:
        yuan = _yuan(text)
        if not paid_year:
            return yuan  # without a year there is nothing to compare it with, and the row is rejected anyway
        try:
            right = amount_for(paid_year, amounts).yuan
        except AmountError as error:
            raise Unfit(str(error)) from None
        if yuan == 100 * right:
            raise Unfit(f"is a hundred times the {right} yuan of {paid_year}: is it in fen? Enter it in yuan")
        if yuan != right:
            raise Unfit(f"is not the {right} yuan in force for {paid_year}")
        return right

    return parse


def _yuan(text: str) -> int:
    plain = fold(text).removesuffix("元").strip()
    if "," in plain or " " in plain:
        raise Unfit("has a thousands separator: enter the digits alone, as 960 or 960.00")
    if plain.endswith("分"):
        raise Unfit("is in fen: enter it in yuan, as 960 or 960.00")
    match = _YUAN.fullmatch(plain)
    if not match:
        raise Unfit("must be yuan in digits alone, as 960 or 960.00")
    if match[2] and int(match[2]):
        raise Unfit("holds a part of a yuan: the amounts of the scheme are whole yuan")
    return int(match[1])


def _day(paid_year: int, today: date) -> Callable[[str], date]:
    def parse(text: str) -> date:
        match = _DAY.fullmatch(fold(text).replace(" ", ""))
        try:
            numbers = [int(number) for number in match.groups() if number] if match else []
            day = date(*numbers)
        except (TypeError, ValueError):
            raise Unfit("must be a day, as 2026-07-29") from None
        if day > today:
            raise Unfit("lies in the future")
        if paid_year and day.year < paid_year:
            raise Unfit(f"lies before {paid_year}, the year that is paid for")
        return day

    return parse
