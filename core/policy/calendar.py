"""The programme's year: when each list hangs, and what comes after each stage, by the dates in `data/calendar.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Posting:
    """A list on the wall at a level (village, township, district), from `opens` to `closes`, both included."""

    level: str
    opens: date
    closes: date


@dataclass(frozen=True)
class Coming:
    """What comes next after a stage, and between which days, both included."""

    event: str
    opens: date
    closes: date


def postings_of(year: int) -> tuple[Posting, ...]:
    """The three postings of `year`, in order."""
    return tuple(
        Posting(entry["level"], _day(year, entry["opens"]), _day(year, entry["closes"]))
        for entry in _calendar()["postings"]
    )


def coming_after(stage: str, year: int) -> Coming | None:
    """What comes after `stage` in the procedure of `year`; None where nothing does."""
    entry = _calendar()["next"].get(stage)
    return Coming(entry["event"], _day(year, entry["opens"]), _day(year, entry["closes"])) if entry else None


@cache
def _calendar() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "data" / "calendar.yaml").read_text("utf-8"))
    return data


def _day(year: int, month_day: str) -> date:
    return date.fromisoformat(f"{year}-{month_day}")
