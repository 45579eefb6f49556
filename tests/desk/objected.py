"""An objection as the desk finds it: one entry of a village's list, and two voices against it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.domain.application import Application
from core.domain.case import CaseKind, Ground
from core.domain.contact import Contact, Language
from core.domain.stage import Stage
from core.services import lists
from core.services.cases.raising import Matter, raise_case
from core.services.contacts import address_hash
from tests.districts import District, somebody
from tests.stopped_clock import SHANGHAI

MARCH = datetime(2026, 3, 15, 10, tzinfo=SHANGHAI)
# Of whoever objected: nobody else in these tests has that phone, or writes these words.
PHONE, WORDS = "+8613700137123", "他家金丝雀还有一个儿子"


@dataclass
class Objected:
    """What was filed: the applicant's reference, the objector's contact, and the number to follow it by."""

    ref: str
    contact_id: int
    number: str


def object_to_entry(session: Session, vault: Vault, district: District) -> Objected:
    """The list of T1V1 in its window, with one applicant; one voice that wishes to be told, and an anonymous one."""
    village = district.areas["T1V1"]
    ref = somebody(session, vault, village, stage=Stage.DECLARED, phone="+8613600136000")
    published = lists.current(session, vault, "village", village, MARCH.date(), MARCH)
    contact = Contact(
        channel="sms",
        address=vault.seal(Contact.address, PHONE),
        address_hash=address_hash(vault, "sms", PHONE),
        language=Language.CHINESE,
        introduced_at=MARCH,
    )
    session.add(contact)
    session.flush()
    matter = Matter(CaseKind.ENTRY, village, WORDS, Ground.CHILDREN, published, 1)
    told = raise_case(session, vault, matter, contact.address_hash, contact.id, 5, MARCH)
    raise_case(session, vault, matter, b"o" * 32, None, 5, MARCH)
    assert session.scalars(select(Application.stage)).one() is Stage.VILLAGE_LISTED
    return Objected(ref, contact.id, told.number)
