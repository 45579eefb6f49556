"""Which of the numbers in a typed date is the year, which the month, which the day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class DateProblem(StrEnum):
    """Why a text gives no birth date; each is answered by one sentence of its own."""

    NOT_A_DATE = "not_a_date"
    YEAR_MISSING = "year_missing"
    DAY_MISSING = "day_missing"
    ORDER_UNCLEAR = "order_unclear"
    NO_SUCH_DAY = "no_such_day"
    NO_SUCH_LUNAR_DAY = "no_such_lunar_day"
    IN_FUTURE = "in_future"
    TOO_LONG_AGO = "too_long_ago"
    BAD_ID_NUMBER = "bad_id_number"


class NoDate(Exception):
    """The text gives no date, for the reason `problem`."""

    def __init__(self, problem: DateProblem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class YearMonthDay:
    """Numbers in order, not yet looked up in a calendar; `century_guessed` where the year was typed as two digits."""

    year: int
    month: int | None = None
    day: int | None = None
    century_guessed: bool = False


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAME = re.compile(
    r"(?<![a-z])(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![a-z])"
)


def in_order(text: str) -> YearMonthDay:
    """The numbers of `text` (0-9, with 年月日, signs, spaces or an English month between them) as year, month, day.

    Raises NoDate where they make no date, or more than one.
    """
    name = _MONTH_NAME.search(text)
    rest = _MONTH_NAME.sub(" ", text, count=1)
    if not re.fullmatch(r"[\d\s年月日号./,、-]+", rest):
        raise NoDate(DateProblem.NOT_A_DATE)
    parts = re.findall(r"\d+", rest)
    year_said = bool(re.match(r"\D*\d+\s*年", rest))
    if name:
        return _around_a_name(parts, _MONTHS.index(name.group()[:3]) + 1)
    if len(parts) == 3:
        return _three_parts(*parts, year_said=year_said)
    if len(parts) == 2:
        return _two_parts(*parts, year_said=year_said)
    if len(parts) == 1:
        return _one_part(parts[0], year_said=year_said)
    raise NoDate(DateProblem.NOT_A_DATE)


def _around_a_name(parts: list[str], month: int) -> YearMonthDay:
    years = [part for part in parts if len(part) == 4 or int(part) > 31]
    days = [int(part) for part in parts if part not in years]
    if len(years) > 1 or len(days) > 1:
        raise NoDate(DateProblem.NOT_A_DATE)
    if not years:
        raise NoDate(DateProblem.YEAR_MISSING)
    return _dated(years[0], month, *days)


def _three_parts(first: str, second: str, third: str, *, year_said: bool) -> YearMonthDay:
    if len(first) == 4 or (len(first) == 2 and (year_said or int(first) > 31)):
        return _dated(first, int(second), int(third))
    if len(third) == 4 or (len(third) == 2 and int(third) > 31):
        return _only_one({_dated(third, int(second), int(first)), _dated(third, int(first), int(second))})
    raise NoDate(DateProblem.NOT_A_DATE)


def _two_parts(first: str, second: str, *, year_said: bool) -> YearMonthDay:
    if len(first) == 4 or (len(first) == 2 and year_said):
        return _dated(first, int(second)) if len(second) <= 2 else _cut(first, second)
    if len(first) in {5, 6}:  # 一九五〇三月十二: nothing between year and month
        return _dated(first[:4], int(first[4:]), int(second))
    raise NoDate(DateProblem.YEAR_MISSING if len(first) <= 2 and len(second) <= 2 else DateProblem.NOT_A_DATE)


def _one_part(run: str, *, year_said: bool) -> YearMonthDay:
    if len(run) == 4 or (len(run) == 2 and year_said):
        return _dated(run)
    if len(run) == 6:
        return _only_one({_dated(run[:2], int(run[2:4]), int(run[4:])), _dated(run[:4], int(run[4:]))})
    if len(run) == 7:
        return _cut(run[:4], run[4:])
    if len(run) != 8:
        raise NoDate(DateProblem.NOT_A_DATE)
    year_first = _dated(run[:4], int(run[4:6]), int(run[6:]))
    if _plausible(year_first) or run.startswith(("19", "20")):
        return year_first
    return _three_parts(run[:2], run[2:4], run[4:], year_said=False)


def _cut(year: str, run: str) -> YearMonthDay:
    """Month and day out of the three or four digits after `year`; 1950111 could be two days, and is asked about."""
    cuts = {3: (1, 2), 4: (2,)}.get(len(run), ())
    return _only_one({_dated(year, int(run[:cut]), int(run[cut:])) for cut in cuts})


def _only_one(readings: set[YearMonthDay]) -> YearMonthDay:
    plausible = [reading for reading in readings if _plausible(reading)]
    if len(plausible) > 1:
        raise NoDate(DateProblem.ORDER_UNCLEAR)
    if not plausible:
        raise NoDate(DateProblem.NO_SUCH_DAY)
    return plausible[0]


def _plausible(reading: YearMonthDay) -> bool:
    years, months, days = range(1800, 2200), range(1, 13), range(1, 32)
    return reading.year in years and reading.month in months and (reading.day is None or reading.day in days)


def _dated(year: str, month: int | None = None, day: int | None = None) -> YearMonthDay:
    """Two digits of a year always stand for 19xx: who asks about a reward at sixty was born then."""
    short = len(year) == 2
    return YearMonthDay(1900 + int(year) if short else int(year), month, day, century_guessed=short)
