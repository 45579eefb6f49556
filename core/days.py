"""Days in words, short enough for an SMS: the year only where it is not this one."""

from __future__ import annotations

from datetime import date
from functools import cache

from babel.dates import get_month_names

from core.domain.contact import Language
from core.texts import Say, _


def day(say: Say, when: date, today: date) -> str:
    """A day in words."""
    key = _("date.short") if when.year == today.year else _("date.long")
    return say(key, year=when.year, month=when.month, month_name=_month(say, when), day=when.day)


def in_full(say: Say, when: date) -> str:
    """A day in words, always with its year."""
    return say("date.long", year=when.year, month=when.month, month_name=_month(say, when), day=when.day)


def span(say: Say, opens: date, closes: date, today: date) -> str:
    """The days from `opens` to `closes` in words."""
    key = _("span.one_month") if opens.month == closes.month else _("span.two_months")
    words = say(
        key,
        month=opens.month,
        month_name=_month(say, opens),
        first=opens.day,
        last_month=closes.month,
        last_month_name=_month(say, closes),
        last=closes.day,
    )
    return words if opens.year == today.year else say("span.of_year", year=opens.year, span=words)


def _month(say: Say, when: date) -> str:
    return _months(say.language)[when.month]


@cache
def _months(language: Language) -> dict[int, str]:
    return {number: str(name) for number, name in get_month_names("abbreviated", locale=str(language)).items()}
