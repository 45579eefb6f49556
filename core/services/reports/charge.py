"""Who may open a report: the inspectors of the next level above all that it concerns, and nobody else."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.confidentiality.inspector_key import PublicHalf, read_public
from core.domain.area import Area, Level
from core.errors import KeysError
from core.services.reports.keys import all_keys, any_key_counts, is_registered, keys_of, keys_of_staff
from core.settings import Settings

# How high a level stands; a sub-district office stands beside the townships.
RANKS = {Level.VILLAGE: 0, Level.TOWNSHIP: 1, Level.OFFICE: 1, Level.DISTRICT: 2}


@dataclass(frozen=True)
class Charge:
    """The office in charge (an area's id; None: the one above the district) and the keys that it holds."""

    office: int | None
    keys: tuple[PublicHalf, ...]


def in_charge(session: Session, settings: Settings, area_id: int, levels: Collection[Level]) -> Charge | None:
    """Who is in charge of what happened in the area and concerns people of these levels; None: nobody is left.

    It is the first office that stands above the area itself and above every level chosen, and has a key that counts;
    in the end the one above the district. An office that is skipped because it is concerned gets no copy either, nor
    does one that is subordinate to people whom it concerns.
    """
    area = session.get(Area, area_id)
    if area is None:
        return None
    highest = max(RANKS[level] for level in (area.level, *levels))
    for above in _upwards(session, area):
        if RANKS[above.level] > highest and (keys := keys_of(session, above.id)):
            return Charge(above.id, keys)
    return _of_city(session, settings)


def keys_in_charge(session: Session, settings: Settings, office: int | None) -> tuple[PublicHalf, ...]:
    """The keys that the office holds today."""
    if office is not None:
        return keys_of(session, office)
    city = _of_city(session, settings)
    return city.keys if city else ()


def anybody_is_in_charge(session: Session, settings: Settings) -> bool:
    """Whether there is any key at all that a report could be sealed to."""
    return any_key_counts(session) or _of_city(session, settings) is not None


def signers(session: Session, settings: Settings) -> Mapping[PublicHalf, Sequence[PublicHalf]]:
    """The keys whose word counts today, each with every key that its inspector ever had."""
    city = _of_city(session, settings)
    own = dict.fromkeys(city.keys, city.keys) if city else {}
    for key in all_keys(session):
        if key.counts:
            own[key.half] = keys_of_staff(session, key.staff_id)
    return own


def township_of(session: Session, area_id: int) -> int | None:
    """The township or office that the area is or lies in; None for the district itself."""
    area = session.get(Area, area_id)
    if area is None:
        return None
    return next((each.id for each in _upwards(session, area) if RANKS[each.level] == 1), None)


def _upwards(session: Session, area: Area) -> Iterator[Area]:
    current: Area | None = area
    while current is not None:
        yield current
        current = session.get(Area, current.parent_id) if current.parent_id is not None else None


def city_key(settings: Settings) -> PublicHalf | None:
    """The key of the inspector above the district; None where none is set or its file cannot be read."""
    if settings.city_inspector_key is None:
        return None
    try:
        return read_public(settings.city_inspector_key)
    except KeysError:
        return None


def _of_city(session: Session, settings: Settings) -> Charge | None:
    half = city_key(settings)
    # A key that is some area's would not stand above the district.
    return None if half is None or is_registered(session, half) else Charge(None, (half,))
