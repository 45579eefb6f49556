"""Birth dates as people type them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dates import DateProblem, LunarDay, TypedDate, parse_birth_date

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    "text",
    [
        "19500312",
        "1950312",
        "500312",
        "1950年3月12日",
        "1950年3月12",
        "1950年3月12号",
        "１９５０年３月１２日",
        "１９５００３１２",
        "一九五〇年三月十二",
        "一九五〇年三月十二日",
        "一九五零年三月十二号",
        "一九五O年三月十二",
        "一九五○年三月十二",
        "一九五〇三月十二",
        "一九五〇〇三一二",
        "五零年三月十二",
        "1950年三月十二",
        "1950-3-12",
        "1950-03-12",
        "1950.3.12",
        "1950/3/12",
        "1950、3、12",
        "1950 3 12",
        "1950 0312",
        "50年3月12日",
        "50-3-12",
        "公历1950年3月12日",
        "陽曆1950年3月12日",
        "民国三十九年三月十二日",
        "民國39年3月12日",
        "我是1950年3月12日出生的",
        "生日:1950年3月12日。",
        "12 March 1950",
        "12th of March, 1950",
        "March 12, 1950",
        "Mar 12 1950",
        "1950 march 12",
        "born on 12 Mar 1950",
    ],
)
def test_every_way_of_typing_a_solar_date_is_read(text: str) -> None:
    """12 March 1950, however it is typed."""
    typed = parse_birth_date(text, TODAY)
    assert isinstance(typed, TypedDate)
    assert typed.date == date(1950, 3, 12)
    assert typed.lunar is None


@pytest.mark.parametrize(
    ("text", "solar", "lunar"),
    [
        ("农历1950年正月二十五", date(1950, 3, 13), LunarDay(1950, 1, 25)),
        ("1950年正月廿五", date(1950, 3, 13), LunarDay(1950, 1, 25)),
        ("阴历1950年1月25日", date(1950, 3, 13), LunarDay(1950, 1, 25)),
        ("農曆一九五〇年正月廿五", date(1950, 3, 13), LunarDay(1950, 1, 25)),
        ("农历19500125", date(1950, 3, 13), LunarDay(1950, 1, 25)),
        ("lunar 1950-1-25", date(1950, 3, 13), LunarDay(1950, 1, 25)),
        ("1950年腊月初八", date(1951, 1, 15), LunarDay(1950, 12, 8)),
        ("旧历1950年十冬月初一", date(1950, 12, 9), LunarDay(1950, 11, 1)),
        ("农历五零年冬月十六", date(1950, 12, 24), LunarDay(1950, 11, 16)),
        ("1950年三月初八", date(1950, 4, 24), LunarDay(1950, 3, 8)),
        ("农历1950年2月30", date(1950, 4, 16), LunarDay(1950, 2, 30)),
        ("1952年闰五月初二", date(1952, 6, 23), LunarDay(1952, 5, 2, leap=True)),
        ("农历1952年五月初二", date(1952, 5, 25), LunarDay(1952, 5, 2)),
    ],
)
def test_a_lunar_date_is_converted_and_says_so(text: str, solar: date, lunar: LunarDay) -> None:
    """What is lunar by its words (农历, 正月, 腊月, 初八, 廿五, 闰) becomes the solar day that it was."""
    typed = parse_birth_date(text, TODAY)
    assert isinstance(typed, TypedDate)
    assert (typed.date, typed.lunar) == (solar, lunar)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1950", TypedDate(1950)),
        ("1950年", TypedDate(1950)),
        ("一九五零", TypedDate(1950)),
        ("五零年", TypedDate(1950, century_guessed=True)),
        ("1950年3月", TypedDate(1950, 3)),
        ("1950-3", TypedDate(1950, 3)),
        ("195003", TypedDate(1950, 3)),
        ("March 1950", TypedDate(1950, 3)),
    ],
)
def test_a_year_alone_is_kept_as_a_year(text: str, expected: TypedDate) -> None:
    """Nothing is made up for the part that was left out."""
    typed = parse_birth_date(text, TODAY)
    assert typed == expected
    assert isinstance(typed, TypedDate)
    assert typed.date is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("31/12/1950", date(1950, 12, 31)),
        ("12/31/1950", date(1950, 12, 31)),
        ("31121950", date(1950, 12, 31)),
        ("3/3/1950", date(1950, 3, 3)),
        ("13-3-50", date(1950, 3, 13)),
        ("1950元月1日", date(1950, 1, 1)),
        ("1950年十月三十一", date(1950, 10, 31)),
        ("1950年十二月二十", date(1950, 12, 20)),
        ("19501231", date(1950, 12, 31)),
        ("1950年2月28", date(1950, 2, 28)),
        ("19520229", date(1952, 2, 29)),
        ("20260302", TODAY),
    ],
)
def test_dates_whose_order_is_plain_are_read(text: str, expected: date) -> None:
    """Only one reading exists, so that one is taken."""
    typed = parse_birth_date(text, TODAY)
    assert isinstance(typed, TypedDate)
    assert typed.date == expected


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", DateProblem.NOT_A_DATE),
        ("不知道", DateProblem.NOT_A_DATE),
        ("60岁", DateProblem.NOT_A_DATE),
        ("76", DateProblem.NOT_A_DATE),
        ("属虎", DateProblem.NOT_A_DATE),
        ("1", DateProblem.NOT_A_DATE),
        ("13912345678", DateProblem.NOT_A_DATE),
        ("1950年一九月3日", DateProblem.NO_SUCH_DAY),
        ("1 2 3 4", DateProblem.NOT_A_DATE),
        ("公历1952年闰五月初二", DateProblem.NOT_A_DATE),
        ("3月12日", DateProblem.YEAR_MISSING),
        ("March 12", DateProblem.YEAR_MISSING),
        ("农历1950年", DateProblem.DAY_MISSING),
        ("1950年腊月", DateProblem.DAY_MISSING),
        ("12/3/1950", DateProblem.ORDER_UNCLEAR),
        ("1950111", DateProblem.ORDER_UNCLEAR),
        ("12031950", DateProblem.ORDER_UNCLEAR),
        ("1950-02-30", DateProblem.NO_SUCH_DAY),
        ("19500230", DateProblem.NO_SUCH_DAY),
        ("19510229", DateProblem.NO_SUCH_DAY),
        ("1950年13月1日", DateProblem.NO_SUCH_DAY),
        ("500332", DateProblem.NO_SUCH_DAY),
        ("农历1950年正月三十", DateProblem.NO_SUCH_LUNAR_DAY),
        ("1950年闰四月初一", DateProblem.NO_SUCH_LUNAR_DAY),
        ("20260303", DateProblem.IN_FUTURE),
        ("2027", DateProblem.IN_FUTURE),
        ("1905-12-31", DateProblem.TOO_LONG_AGO),
        ("农历1800年正月初一", DateProblem.NO_SUCH_LUNAR_DAY),
        ("43010219500312001", DateProblem.BAD_ID_NUMBER),
    ],
)
def test_what_is_no_birth_date_says_why(text: str, problem: DateProblem) -> None:
    """Each slip has its own name, so that the answer can be one clear sentence."""
    assert parse_birth_date(text, TODAY) is problem


def test_the_oldest_birth_taken_is_that_of_120_years_ago() -> None:
    """The other side of the boundary of TOO_LONG_AGO."""
    assert parse_birth_date("1906-01-01", TODAY) == TypedDate(1906, 1, 1)


def _id_number(birth: str, check_offset: int = 0) -> str:
    body = "430102" + birth + "001"
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[(total + check_offset) % 11]


@pytest.mark.parametrize("shape", ["{}", " {} ", "身份证{}"])
def test_an_id_number_gives_its_birth_date(shape: str) -> None:
    """Who types the ID number instead is not sent back."""
    typed = parse_birth_date(shape.format(_id_number("19500312")), TODAY)
    assert typed == TypedDate(1950, 3, 12, from_id_number=True)


def test_an_old_id_number_gives_its_birth_date() -> None:
    """Fifteen digits, the form before 1999."""
    assert parse_birth_date("430102500312001", TODAY) == TypedDate(1950, 3, 12, from_id_number=True)


@pytest.mark.parametrize("number", [_id_number("19500312", check_offset=1), _id_number("19500230")])
def test_a_mistyped_id_number_is_refused(number: str) -> None:
    """A wrong check digit or a day that never was."""
    assert parse_birth_date(number, TODAY) is DateProblem.BAD_ID_NUMBER


@given(st.dates(min_value=date(1910, 1, 1), max_value=TODAY), st.sampled_from(["%Y%m%d", "%Y年%m月%d日", "%Y.%m.%d"]))
def test_every_day_comes_back_as_itself(day: date, form: str) -> None:
    """Reading undoes writing."""
    typed = parse_birth_date(day.strftime(form), TODAY)
    assert isinstance(typed, TypedDate)
    assert typed.date == day


@given(
    st.text(alphabet="0123456789年月日号农历正腊冬闰初廿十百千一二零〇民国元-/. xmar\u0000\ud800", max_size=24)
    | st.text()
)
def test_no_text_breaks_the_reading(text: str) -> None:
    """Whatever is typed, a date or a named problem comes back, and a date exists and lies within reach."""
    typed = parse_birth_date(text, TODAY)
    if isinstance(typed, TypedDate):
        assert TODAY.year - 120 <= typed.year <= TODAY.year
        assert typed.date is None or typed.date <= TODAY
