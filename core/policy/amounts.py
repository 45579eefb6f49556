"""What a recipient is paid in a year: the national floor by year, or the office's own amount above it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from core.errors import JiangfuError


class AmountError(JiangfuError):
    """The yearly amount is not known."""


@dataclass(frozen=True, slots=True)
class Amount:
    """Yuan per person and year, and where the figure comes from."""

    yuan: int
    source: str


def amount_for(year: int, own: Mapping[int, int] | None = None) -> Amount:
    """What each recipient is paid for `year`, in yuan; `own` holds the office's own amounts by year.

    A year that `own` lacks is paid the national floor (policy-facts §4). Raises AmountError for a year before the
    scheme began, and where the office's own amount lies below the floor.
    """
    floors = [(from_year, floor) for from_year, floor in _floors() if from_year <= year]
    if not floors:
        raise AmountError(f"there was no reward in {year}: the scheme began in {_floors()[0][0]}")
    floor = floors[-1][1]
    if own is None or year not in own:
        return floor
    if own[year] < floor.yuan:
        raise AmountError(f"the office's own amount for {year} lies below the national floor of {floor.yuan} yuan")
    return Amount(own[year], "the office's own amount")


def check_own(own: Mapping[int, int]) -> None:
    """Raise AmountError where one of the office's own amounts (yuan by year) cannot be: a start is the time to say so,
    an answer to a recipient is not."""
    for year in sorted(own):
        amount_for(year, own)


@cache
def _floors() -> tuple[tuple[int, Amount], ...]:
    text = resources.files("core.policy").joinpath("data/amounts.yaml").read_text(encoding="utf-8")
    return tuple((row["from_year"], Amount(row["yuan"], row["source"])) for row in yaml.safe_load(text)["floors"])
