"""The programme's year: its windows (postings and other days), and what comes after each stage, by
`data/calendar.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import yaml

# Where a list is posted, in order; each is also the name of its window.
LEVELS = ("village", "township", "district")


@dataclass(frozen=True)
class Posting:
    """A list on the wall at a level (village, township, district), from `opens` to `closes`, both included."""

    level: str
    opens: date
    closes: date


@dataclass(frozen=True)
class Coming:
    """What comes next after a stage, and between which days, both included: the first day of the window `opens_with`
    and the last of `closes_with`."""

    event: str
    opens: date
    closes: date
    opens_with: str = ""
    closes_with: str = ""


def window_names() -> tuple[str, ...]:
    """Every window of the year by name, in the order of the calendar."""
    return tuple(_calendar()["windows"])


def level_of(window: str) -> str:
    """Whose days they are: the level (village, township, district) below which `window` cannot differ. Raises KeyError
    for a window that the calendar lacks."""
    return str(_calendar()["windows"][window]["level"])


def days_of(window: str, year: int) -> tuple[date, date]:
    """The first and the last day of `window` in `year` where no office has moved it. Raises KeyError for a window that
    the calendar lacks."""
    entry = _calendar()["windows"][window]
    return _day(year, entry["opens"]), _day(year, entry["closes"])


def postings_of(year: int) -> tuple[Posting, ...]:
    """The three postings of `year`, in order, where no office has moved them."""
    return tuple(Posting(level, *days_of(level, year)) for level in LEVELS)


def coming_after(stage: str, year: int) -> Coming | None:
    """What comes after `stage` in the procedure of `year`, where no office has moved it; None where nothing does."""
    entry = _calendar()["next"].get(stage)
    if entry is None:
        return None
    first, last = entry["from"], entry["until"]
    return Coming(entry["event"], days_of(first, year)[0], days_of(last, year)[1], first, last)


@cache
def _calendar() -> dict[str, Any]:
    text = resources.files("core.policy").joinpath("data/calendar.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return data


def _day(year: int, month_day: str) -> date:
    return date.fromisoformat(f"{year}-{month_day}")
