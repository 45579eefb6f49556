"""core/services/reports/charge: who may open a report, by area and levels; no concerned key ever does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

import pytest
from sqlalchemy import update

from core.confidentiality.report_keys import ReportKeys
from core.db import transaction
from core.domain.area import Level
from core.domain.report import InspectorKeyRow, WaitingReport
from core.domain.staff import Role, Staff
from core.services.reports.charge import anybody_is_in_charge, in_charge, keys_in_charge
from core.services.reports.filing import Filed
from tests.engines import on_sqlite
from tests.inspectors import Channel
from tests.stopped_clock import MID_MAY

V, T, D = Level.VILLAGE, Level.TOWNSHIP, Level.DISTRICT
OPEN = Callable[..., Channel]

pytestmark = on_sqlite


def opens(channel: Channel, area: str, *levels: Level) -> str | None:
    """The area whose inspectors are in charge; None for nobody."""
    with transaction(channel.sessions) as session:
        charge = in_charge(session, channel.settings, channel.inspectors.areas[area], levels)
    if charge is None:
        return None
    names = {key.public_half: area for area, key in channel.inspectors.keys.items()}
    (name,) = {names[half] for half in charge.keys}
    return name


CASES = [
    ("about the village: its township", "T1V1", (V,), (), "T1"),
    ("about the village, whose township has no inspector: the district", "T2V1", (V,), ("T2",), "D"),
    ("about the township: the district", "T1V1", (T,), (), "D"),
    ("about village and township: the district", "T1V1", (V, T), (), "D"),
    ("about the district: the city", "T1V1", (D,), (), "city"),
    ("about village and district: the city, not the township, which is the district's own", "T1V1", (V, D), (), "city"),
    ("about all: the city", "T1V1", (V, T, D), (), "city"),
    ("in a township, about village people: never the township itself", "T1", (V,), (), "D"),
    ("in a township, about the township: the district", "T2", (T,), (), "D"),
    ("in the district, about village people: never the district itself", "D", (V,), (), "city"),
    ("about the district, and the city has none: nobody", "T1V1", (D,), ("city",), None),
    ("about the township, and neither district nor city has one: nobody", "T1V1", (T,), ("D", "city"), None),
    ("about the village, and only the village has one: nobody", "T1V1", (V,), ("T1", "D", "city"), None),
    ("about the village, and township and district have none: the city", "T1V1", (V,), ("T1", "D"), "city"),
]


@pytest.mark.parametrize(("area", "levels", "without", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_who_is_in_charge(
    open_channel: OPEN, area: str, levels: tuple[Level, ...], without: tuple[str, ...], expected: str | None
) -> None:
    """The next level above everything that it concerns, and nobody else; where nobody is left, nobody."""
    assert opens(open_channel(*without), area, *levels) == expected


def _everything() -> Iterator[tuple[str, tuple[Level, ...]]]:
    for area in ("T1V1", "T1", "D"):
        for number in (1, 2, 3):
            for levels in combinations((V, T, D), number):
                yield area, levels


def test_no_concerned_key_opens_anything(channel: Channel) -> None:
    """Whatever area and levels are chosen: with every other key and the whole database nothing opens."""
    levels_of = {"T1V1": V, "T1": T, "T2": T, "D": D}
    for number, (area, levels) in enumerate(_everything()):
        channel.file("甲乙丙丁", receipt=bytes([number]) * 32, area=area, levels=levels)
        with transaction(channel.sessions) as session:
            (row,) = session.query(WaitingReport).all()
            filed = Filed.of_bytes(ReportKeys(channel.settings.report_keys_dir).open_waiting(row.sealed))
            session.delete(row)
        opening = channel.inspectors.who_opens(filed.envelope)
        assert len(opening) == 1
        concerned = {area, *(name for name, level in levels_of.items() if level in levels)}
        assert not opening & concerned, (area, levels)


@pytest.mark.parametrize(
    "change",
    [{"revoked_at": MID_MAY}, {"left_at": MID_MAY}, {"role": Role.OFFICER}, {"area_id": "T2"}],
    ids=["revoked", "out of office", "no inspector any more", "moved elsewhere"],
)
def test_which_keys_count(channel: Channel, change: dict[str, object]) -> None:
    """A revoked key is sealed to no more; nor is one whose owner has left, is another's officer now, or was moved."""
    with transaction(channel.sessions) as session:
        table = InspectorKeyRow if "revoked_at" in change else Staff
        whose = InspectorKeyRow.staff_id if table is InspectorKeyRow else Staff.id
        values = {"area_id": channel.inspectors.areas["T2"]} if "area_id" in change else change
        session.execute(update(table).where(whose == channel.inspectors.staff["T1"]).values(values))
    assert opens(channel, "T1V1", V) == "D"


def test_without_any_key_nobody_is_in_charge(open_channel: OPEN) -> None:
    """The channel is shut, and says so."""
    channel = open_channel("D", "T1", "T2", "T1V1", "city")
    with transaction(channel.sessions) as session:
        assert not anybody_is_in_charge(session, channel.settings)
        assert keys_in_charge(session, channel.settings, None) == ()


def test_a_key_of_an_area_does_not_pass_for_the_citys(channel: Channel) -> None:
    """The file of the settings names the district's own key: then nobody stands above the district."""
    line = channel.inspectors.keys["D"].public_half.to_line()
    assert channel.settings.city_inspector_key is not None
    channel.settings.city_inspector_key.write_text(line)
    assert opens(channel, "T1V1", D) is None


def test_a_city_key_that_cannot_be_read_is_none(channel: Channel) -> None:
    """It fails closed, in words, not with an error."""
    assert channel.settings.city_inspector_key is not None
    channel.settings.city_inspector_key.write_text("rubbish")
    assert opens(channel, "T1V1", D) is None
