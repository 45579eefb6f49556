"""The invented district: areas, staff, and people at every stage, the same each time for the same day."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from stdnum.cn import ric

from core.domain.stage import PROCEDURE, Stage
from demo import names

SEED = 2004
AGRICULTURAL_POPULATION = 64_000
REJECTIONS = (
    "现有一儿一女，不符合“一个孩子或两个女儿”这一条。",
    "1986年多生一个，没有批准，不符合“没有超生”这一条。",
    "户口2009年转为城镇，不再是农村居民。",
)

# Whom of last year's recipients the page lets one play: the township, and the place among its recipients.
RECIPIENT_PLAYED = ("QX01", 1)

# The day of the year on which each stage is reached, by the seed's calendar.
REACHED = {
    Stage.DECLARED: (2, 6),
    Stage.VILLAGE_LISTED: (3, 12),
    Stage.VILLAGE_REVIEWED: (3, 29),
    Stage.TOWNSHIP_AUDITED: (4, 4),
    Stage.TOWNSHIP_LISTED: (4, 6),
    Stage.BUREAU_REVIEWED: (4, 20),
    Stage.DISTRICT_LISTED: (5, 8),
    Stage.CONFIRMED: (5, 25),
}


@dataclass(frozen=True)
class Place:
    """An area as it will be recorded."""

    code: str
    name: str
    name_en: str
    level: str
    parent: str
    agricultural_population: int | None


@dataclass(frozen=True)
class Somebody:
    """An invented person: `steps` are the stages reached, each with its day, and the reason of the last."""

    name: str
    id_number: str
    village: str
    phone: str
    year: int
    steps: tuple[tuple[Stage, date], ...]
    reason: str = ""
    home_visit: bool = False


def places() -> list[Place]:
    """The district, its seven townships and offices, 43 villages and 31 neighbourhood committees."""
    code, name, name_en = names.DISTRICT
    found = [Place(code, name, name_en, "district", "", AGRICULTURAL_POPULATION)]
    rural = sum(township[4] for township in names.TOWNSHIPS)
    village = committee = 0
    for township_code, township, english, level, villages, committees, _recipients in names.TOWNSHIPS:
        population = AGRICULTURAL_POPULATION * villages // rural
        found.append(Place(township_code, township, english, level, code, population))
        for number in range(villages):
            label = names.village_name(village)
            found.append(Place(f"{township_code}{number + 1:02}", label, "", "village", township_code, None))
            village += 1
        for number in range(committees):
            label = names.committee_name(committee)
            found.append(Place(f"{township_code}{number + 51}", label, "", "village", township_code, None))
            committee += 1
    return found


class District:
    """Draws the people; `today` decides how far the current year has come. `recipient_phone` is what one of last
    year's recipients is called at."""

    def __init__(self, today: date, recipient_phone: str = "") -> None:
        self._today = today
        self._recipient_phone = recipient_phone
        self._random = random.Random(SEED)  # noqa: S311 - an invented district, not a secret
        self._serial = 0

    def people(self) -> Iterator[Somebody]:
        """Last year's 69 recipients (38, 15, 7, 9), then this year's applicants at every stage that can be reached."""
        for code, _name, _english, _level, villages, _committees, recipients in names.TOWNSHIPS:
            for number in range(recipients):
                phone = self._recipient_phone or None if (code, number) == RECIPIENT_PLAYED else None
                village = f"{code}{number % villages + 1:02}"
                yield self.somebody(village, self._today.year - 1, Stage.CONFIRMED, phone=phone)
        for stage in PROCEDURE[:-1]:
            for number in range(6):
                yield self.somebody(f"QX01{number + 1:02}", self._today.year, stage)
        for reason in REJECTIONS:
            yield self.somebody("QX0203", self._today.year, Stage.REJECTED, reason)
        yield self.somebody("QX0204", self._today.year, Stage.WITHDRAWN)
        yield self.somebody("QX0101", self._today.year - 1, Stage.CEASED, "本人已去世。")
        yield self.somebody("QX0201", self._today.year - 1, Stage.CEASED, "户口已迁出本区。")
        for reason in (REJECTIONS[0], *REJECTIONS):
            yield self.somebody("QX0202", self._today.year - 1, Stage.REJECTED, reason)

    def somebody(self, village: str, year: int, stage: Stage, reason: str = "", phone: str | None = None) -> Somebody:
        """One person who turned 60 by `year`; every seventh has no phone, every ninth is visited at home."""
        self._serial += 1
        serial, draw = self._serial, self._random
        is_woman = bool(draw.getrandbits(1))
        born = date(year - draw.randint(60, 78), draw.randint(1, 12), draw.randint(1, 28))
        given = draw.choice(names.GIVEN_WOMAN if is_woman else names.GIVEN_MAN)
        number = "" if serial % 7 == 0 else f"+86139{71_000_000 + serial:08}"
        return Somebody(
            draw.choice(names.SURNAMES) + given,
            _id_number(born, 2 * serial + (0 if is_woman else 1)),
            village,
            number if phone is None else phone,
            year,
            self._steps(year, stage),
            reason,
            home_visit=serial % 9 == 0,
        )

    def _steps(self, year: int, stage: Stage) -> tuple[tuple[Stage, date], ...]:
        on_the_way = PROCEDURE[: PROCEDURE.index(stage) + 1] if stage in PROCEDURE else PROCEDURE[:3]
        reached = [(step, date(year, *REACHED[step])) for step in on_the_way]
        past = [(step, day) for step, day in reached if day <= self._today]
        steps = past or [(Stage.DECLARED, self._today)]
        if stage not in PROCEDURE:
            steps.append((stage, steps[-1][1]))
        return tuple(steps)


def _id_number(born: date, serial: int) -> str:
    # 430600 is a prefecture's own code, which no county's register hands out.
    stem = f"430600{born:%Y%m%d}{serial % 1000:03}"
    return stem + ric.calc_check_digit(stem + "0")
