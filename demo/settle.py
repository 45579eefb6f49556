"""Putting the invented district into an empty database, and naming the residents that the page lets one play."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.domain.application import Application, StageChange
from core.domain.area import Area, Level
from core.domain.contact import Contact, ContactPerson
from core.domain.person import Person
from core.domain.reference import draw_reference
from core.domain.staff import Role, Staff
from core.domain.stage import Stage
from core.services.contacts import address_hash
from demo.district import District, Somebody, places
from demo.past_year import PastYear
from demo.phone_page import Resident

MORNING = time(9)
FARMER, RECIPIENT, FAMILY, REFUSED = "+8613970000001", "+8613970000002", "+8613970000003", "+8613970000004"
STAFF = (
    ("周建明", Role.CADRE, "QX0101", "+8613970009001"),
    ("许正清", Role.OFFICER, "QX01", "+8613970009002"),
    ("何国华", Role.OFFICER, "QX", "+8613970009003"),
    ("严伯林", Role.INSPECTOR, "QX", "+8613970009004"),
    # In each other township or office somebody to decide on the lists of its villages.
    ("孔友良", Role.OFFICER, "QX02", "+8613970009012"),
    ("魏长生", Role.OFFICER, "QX03", "+8613970009013"),
    ("陶绍华", Role.OFFICER, "QX04", "+8613970009014"),
    ("姜定国", Role.OFFICER, "QX05", "+8613970009015"),
    ("谢迪生", Role.OFFICER, "QX06", "+8613970009016"),
    ("邹满生", Role.OFFICER, "QX07", "+8613970009017"),
)


class Settler:
    """Writes records as an import would have, with their whole history."""

    def __init__(self, session: Session, vault: Vault, zone: ZoneInfo) -> None:
        self._session = session
        self._vault = vault
        self._zone = zone
        self._areas: dict[str, Area] = {}
        self._contacts: dict[str, Contact] = {}

    def settle(self, today: date) -> tuple[Resident, ...]:
        """Everything; the residents to play."""
        for place in places():
            area = Area(
                code=place.code,
                name=place.name,
                name_en=place.name_en,
                level=Level(place.level),
                parent_id=self._areas[place.parent].id if place.parent else None,
                agricultural_population=place.agricultural_population,
            )
            self._session.add(area)
            self._session.flush()
            self._areas[place.code] = area
        self._staff()
        district = District(today, RECIPIENT)
        for somebody in district.people():
            self._person(somebody)
        residents = self._cast(district, today.year)
        PastYear(self._session, self._vault, self._zone, today.year - 1).settle(today)
        return residents

    def _cast(self, district: District, year: int) -> tuple[Resident, ...]:
        farmer = self._person(district.somebody("QX0101", year, Stage.DISTRICT_LISTED, phone=FARMER))
        husband = district.somebody("QX0103", year, Stage.TOWNSHIP_LISTED, phone=FAMILY)
        wife = district.somebody("QX0103", year, Stage.VILLAGE_REVIEWED, phone=FAMILY)
        self._person(husband)
        self._person(wife)
        refused = district.somebody("QX0203", year, Stage.REJECTED, "现有一儿一女，不符合条件。", phone=REFUSED)
        self._person(refused)
        return _residents(farmer, husband, wife, self._last_four(farmer))

    def _last_four(self, person: Person) -> str:
        return self._vault.open(Person.id_number, person.id_number)[-4:]

    def _staff(self) -> None:
        for name, role, area, phone in STAFF:
            self._session.add(
                Staff(
                    name=self._vault.seal(Staff.name, name),
                    role=role,
                    area_id=self._areas[area].id,
                    phone=self._vault.seal(Staff.phone, phone),
                    phone_hash=self._vault.lookup("staff_phone", phone),
                )
            )

    def _person(self, somebody: Somebody) -> Person:
        first_day = self._at(somebody.steps[0][1])
        person = Person(
            ref=draw_reference(),
            name=self._vault.seal(Person.name, somebody.name),
            id_number=self._vault.seal(Person.id_number, somebody.id_number),
            id_number_hash=self._vault.lookup("id_number", somebody.id_number),
            area_id=self._areas[somebody.village].id,
            home_visit=somebody.home_visit,
            created_at=first_day,
        )
        self._session.add(person)
        stage, day = somebody.steps[-1]
        application = Application(year=somebody.year, stage=stage, stage_since=self._at(day))
        self._session.flush()
        application.person_id = person.id
        self._session.add(application)
        self._session.flush()
        self._history(application.id, somebody)
        if somebody.phone:
            contact = self._contact(somebody.phone)
            self._session.add(
                ContactPerson(contact_id=contact.id, person_id=person.id, linked_at=first_day, linked_by="import")
            )
        return person

    def _history(self, application_id: int, somebody: Somebody) -> None:
        previous: Stage | None = None
        for stage, day in somebody.steps:
            is_last = stage is somebody.steps[-1][0]
            reason = self._vault.seal(StageChange.reason, somebody.reason) if somebody.reason and is_last else None
            self._session.add(
                StageChange(
                    application_id=application_id,
                    changed_at=self._at(day),
                    from_stage=previous,
                    to_stage=stage,
                    reason=reason,
                )
            )
            previous = stage

    def _contact(self, phone: str) -> Contact:
        if phone not in self._contacts:
            contact = Contact(
                channel="sms",
                address=self._vault.seal(Contact.address, phone),
                address_hash=address_hash(self._vault, "sms", phone),
            )
            self._session.add(contact)
            self._session.flush()
            self._contacts[phone] = contact
        return self._contacts[phone]

    def _at(self, day: date) -> datetime:
        return datetime.combine(day, MORNING, self._zone)


def _residents(farmer: Person, husband: Somebody, wife: Somebody, farmers_last_four: str) -> tuple[Resident, ...]:
    fours = f"{husband.id_number[-4:]} / {wife.id_number[-4:]}"
    return (
        Resident("farmer", "今年申报的老人", "Applied this year", FARMER, 1001, "发 2 看办到哪一步",
                 "Text 2: where is my application?"),
        Resident("recipient", "已经在领的老人", "Already receiving", RECIPIENT, 1002, "发 2，或问“钱什么时候到”",
                 "Text 2, or ask when the money comes"),
        Resident("family", "两口子共用一个手机", "A couple on one phone", FAMILY, None, f"发 2，再发后四位 {fours}",
                 f"Text 2, then the last four: {fours}"),
        Resident("refused", "没有通过的人", "Turned down", REFUSED, 1004, "发 2，再发 1 看原因",
                 "Text 2, then 1 for the reason"),
        Resident("grandchild", "在城里的孙女，没有登记", "A grandchild, not registered", "+8613970000099", 1099,
                 f"用老人的编号 {farmer.ref} 和后四位 {farmers_last_four}",
                 f"Use the reference {farmer.ref} and the last four {farmers_last_four}"),
    )  # fmt: skip
