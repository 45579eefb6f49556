"""Invented people put into the register as an import would have: a reference, an ID number, a stage, their phones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum.cn import ric

from core.confidentiality.vault import Vault
from core.domain.application import Application, ChildrenGround, StageChange
from core.domain.area import Area, Level
from core.domain.contact import Contact, ContactPerson, Language
from core.domain.person import Person
from core.domain.stage import Stage
from core.services.contacts import address_hash
from tests.stopped_clock import SHANGHAI

# A district with one township, in which the villages lie.
DISTRICT, TOWNSHIP, VILLAGE = "QX", "QX01", "QX0101"
NAMES = {DISTRICT: ("清溪区", "Qingxi", Level.DISTRICT), TOWNSHIP: ("枫林镇", "Fenglin", Level.TOWNSHIP)}
# References that pass their check digit; the second differs from the first by more than a slip.
REF, OTHER_REF, THIRD_REF, UNKNOWN_REF = "27183644", "31415929", "16180334", "57721566"


@dataclass(frozen=True)
class Entry:
    """One person as the register knows him; `contacts` are (channel, address) pairs that serve him.

    Without a stage he has no application yet. `group` and `ground` are what the lists show besides.
    """

    ref: str = REF
    last_four: str = "1234"
    stage: str = "village_listed"
    since: date = date(2026, 3, 12)
    year: int = 2026
    reason: str = ""
    group: str = ""
    ground: str = ""
    contacts: tuple[tuple[str, str], ...] = ()


def id_number(last_four: str) -> str:
    """An ID number with a right check digit that ends in `last_four`: the birthday is chosen to make it so."""
    days = (date(1950, 1, 1) + timedelta(days=day) for day in range(3650))
    stems = (f"430600{day:%Y%m%d}{last_four[:3]}" for day in days)
    return next(stem + last_four[3] for stem in stems if ric.calc_check_digit(f"{stem}?") == last_four[3])


def enter(session: Session, vault: Vault, people: Iterable[Entry], village: str = VILLAGE) -> None:
    """Add `people`, all of one new village of the one township."""
    district_id = _area(session, DISTRICT, *NAMES[DISTRICT], None)
    township_id = _area(session, TOWNSHIP, *NAMES[TOWNSHIP], district_id)
    village_id = _area(session, village, "枫树村", "Fengshu", Level.VILLAGE, township_id)
    for number, entry in enumerate(people):
        _enter(session, vault, village_id, entry, number)


def _area(session: Session, code: str, name: str, name_en: str, level: Level, parent_id: int | None) -> int:
    """The id of the area with that code, added where it is new."""
    known = session.scalar(select(Area.id).where(Area.code == code))
    if known is not None:
        return known
    area = Area(code=code, name=name, name_en=name_en, level=level, parent_id=parent_id)
    session.add(area)
    session.flush()
    return area.id


def _enter(session: Session, vault: Vault, area_id: int, entry: Entry, number: int) -> None:
    since = datetime.combine(entry.since, time(9), SHANGHAI)
    whole_number = id_number(entry.last_four)
    person = Person(
        ref=entry.ref,
        name=vault.seal(Person.name, f"刘桂{'香兰英'[number % 3]}"),
        id_number=vault.seal(Person.id_number, whole_number),
        # Two people may share their last four; the whole numbers of these invented ones would then be equal too.
        id_number_hash=vault.lookup("id_number", f"{whole_number} {entry.ref}"),
        area_id=area_id,
        village_group=entry.group or None,
        created_at=since,
    )
    session.add(person)
    session.flush()
    if entry.stage:
        _apply(session, vault, person.id, entry, since)
    for channel, address in entry.contacts:
        contact_id = contact_at(session, vault, channel, address)
        session.add(ContactPerson(contact_id=contact_id, person_id=person.id, linked_at=since, linked_by="import"))
    session.flush()


def _apply(session: Session, vault: Vault, person_id: int, entry: Entry, since: datetime) -> None:
    stage = Stage(entry.stage)
    ground = ChildrenGround(entry.ground) if entry.ground else None
    application = Application(person_id=person_id, year=entry.year, stage=stage, stage_since=since, ground=ground)
    session.add(application)
    session.flush()
    reason = vault.seal(StageChange.reason, entry.reason) if entry.reason else None
    session.add(StageChange(application_id=application.id, changed_at=since, to_stage=stage, reason=reason))


def contact_at(session: Session, vault: Vault, channel: str, address: str) -> int:
    """The id of the contact at that address, added where it is new."""
    whose = address_hash(vault, channel, address)
    known = session.scalar(select(Contact.id).where(Contact.channel == channel, Contact.address_hash == whose))
    if known is not None:
        return known
    sealed = vault.seal(Contact.address, address)
    contact = Contact(channel=channel, address=sealed, address_hash=whose, language=Language.CHINESE)
    session.add(contact)
    session.flush()
    return contact.id
