"""Birth dates as people type them: digits, Chinese numerals, lunar dates, English, or an ID number that holds one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from lunardate import LunarDate
from stdnum.cn import ric

from core import numerals
from core.date_order import DateProblem, NoDate, YearMonthDay, in_order
from core.text import fold

__all__ = ["OLDEST", "DateProblem", "LunarDay", "TypedDate", "parse_birth_date"]

OLDEST = 120  # years; a birth further back is taken for a slip of the thumb


@dataclass(frozen=True, slots=True)
class LunarDay:
    """A day of the Chinese calendar, by its numbers; `leap` for a leap month (闰月)."""

    year: int
    month: int
    day: int
    leap: bool = False


@dataclass(frozen=True, slots=True)
class TypedDate:
    """A solar birth date, or as much of it as was typed: `month` and `day` are None where they were left out.

    `lunar` is the lunar day that was typed and converted; `century_guessed` where two digits stood for a year (always
    taken as 19xx); `from_id_number` where it was read out of an ID number, which is kept nowhere.
    """

    year: int
    month: int | None = None
    day: int | None = None
    lunar: LunarDay | None = None
    century_guessed: bool = False
    from_id_number: bool = False

    @property
    def date(self) -> date | None:
        """The whole date; None where only a part was typed."""
        return date(self.year, self.month, self.day) if self.month and self.day else None


def parse_birth_date(text: str, today: date) -> TypedDate | DateProblem:
    """The birth date that `text` holds, or what keeps it from being one on the day `today`.

    Where the order of day and month is open (12/3/1950) it is to be asked about, never guessed.
    """
    folded = fold(text)
    try:
        typed = _from_id_number(folded) or _from_words(folded)
    except NoDate as refusal:
        return refusal.problem
    if typed.year < today.year - OLDEST:
        return DateProblem.TOO_LONG_AGO
    if (typed.year, typed.month or 0, typed.day or 0) > (today.year, today.month, today.day):
        return DateProblem.IN_FUTURE
    return typed


def _from_id_number(text: str) -> TypedDate | None:
    """The birth date of a resident ID number, new (18 characters with a check digit) or old (15)."""
    number = re.sub(r"[\s-]", "", text).upper()
    match = re.search(r"(?<!\d)(?:\d{17}[\dX]|\d{15})(?!\d)", number)
    if not match:
        if re.search(r"\d{13}", number):
            raise NoDate(DateProblem.BAD_ID_NUMBER)
        return None
    found = match.group()
    digits = f"19{found[6:12]}" if len(found) == 15 else found[6:14]
    # The check digit alone: the library's validation refuses counties that were renamed since.
    if len(found) == 18 and found[-1] != ric.calc_check_digit(found):
        raise NoDate(DateProblem.BAD_ID_NUMBER)
    try:
        birth = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise NoDate(DateProblem.BAD_ID_NUMBER) from None
    return TypedDate(birth.year, birth.month, birth.day, from_id_number=True)


_SOLAR = re.compile(r"公历|阳历|新历|国历|西历|公元|\bsolar\b")
_LUNAR = re.compile(r"农历|阴历|旧历|古历|老历|夏历|\blunar\b")
_LUNAR_MONTH = re.compile("正月|十?冬月|十?腊月")
_LUNAR_DAY = re.compile(rf"初(?=[{numerals.CHARACTERS}\d])|(?=[廿卄])")
_LEAP = re.compile(rf"闰(?=\s*[{numerals.CHARACTERS}\d]+\s*月)")
_FILLERS = re.compile(
    r"出生日期|出生年月|身份证上|身份证|出生|出世|生日|生于|生人|大概|我|是|生|的|"
    r"\b(?:born|birthday|date of birth|dob|i was|on|in|the|of)\b|(?<=\d)(?:st|nd|rd|th)\b|[:!?。]"
)


def _from_words(text: str) -> TypedDate:
    text, solar = _SOLAR.subn(" ", text)
    text, lunar = _LUNAR.subn(" ", text)
    text = _FILLERS.sub(" ", text)
    text, by_month = _LUNAR_MONTH.subn(lambda month: {"正": "1月", "冬": "11月", "腊": "12月"}[month.group()[-2]], text)
    text, by_day = _LUNAR_DAY.subn("", text)
    text, leap = _LEAP.subn("", text)
    numbers = in_order(_era_resolved(numerals.arabic(text.replace("元月", "1月").replace("元年", "1年"))))
    if solar and (lunar or leap):
        raise NoDate(DateProblem.NOT_A_DATE)
    if lunar or leap or (not solar and (by_month or by_day)):
        return _converted(numbers, leap=bool(leap))
    return _solar(numbers)


def _era_resolved(text: str) -> str:
    """民国 39 年 (the Republic's years, counted from 1912) written 1950 年."""
    return re.sub(r"民国\s*(\d{1,2})(?=\s*年)", lambda era: str(1911 + int(era.group(1))), text)


def _solar(numbers: YearMonthDay) -> TypedDate:
    try:
        date(numbers.year, numbers.month or 1, numbers.day or 1)
    except ValueError:
        raise NoDate(DateProblem.NO_SUCH_DAY) from None
    return TypedDate(numbers.year, numbers.month, numbers.day, century_guessed=numbers.century_guessed)


def _converted(numbers: YearMonthDay, *, leap: bool) -> TypedDate:
    """A lunar day as the solar day it was. A lunar year alone will not do, for it ends in the next solar year."""
    if numbers.month is None or numbers.day is None:
        raise NoDate(DateProblem.DAY_MISSING)
    try:
        solar = LunarDate(numbers.year, numbers.month, numbers.day, leap).to_solar_date()
    except ValueError:
        raise NoDate(DateProblem.NO_SUCH_LUNAR_DAY) from None
    lunar = LunarDay(numbers.year, numbers.month, numbers.day, leap)
    return TypedDate(solar.year, solar.month, solar.day, lunar, numbers.century_guessed)
