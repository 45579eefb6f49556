"""Where an application stands: of the persons whom a contact serves, or of one proven by reference and last four."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from core.confidentiality.vault import Vault
from core.domain.annual_check import AnnualCheck
from core.domain.application import Application, StageChange
from core.domain.contact import ContactPerson
from core.domain.correction import FormerReference
from core.domain.payout import Payout
from core.domain.person import Person
from core.domain.stage import Stage
from core.domain.window import WindowChange
from core.services import attempts


@dataclass(frozen=True)
class Standing:
    """A person's latest application. No name: numbers change hands. `windows_moved`: some window of that year was moved
    somewhere, so that the calendar's days may not be those of `area_id`. `money_noted`: of some year a payment or a
    yearly check is on record, so that it is worth a look."""

    person_id: int
    ref: str
    area_id: int
    application_id: int | None
    year: int | None
    stage: Stage | None
    since: datetime | None
    windows_moved: bool = False
    money_noted: bool = False


class Locked(Exception):
    """Too many wrong tries from this sender: nothing was looked up."""


# Statements that stay the same objects are compiled once.
_later = aliased(Application)
STANDING: tuple[Any, ...] = (
    Person.id.label("person_id"), Person.ref, Person.area_id,
    Application.id.label("application_id"), Application.year, Application.stage, Application.stage_since,
    exists().where(WindowChange.year == Application.year).label("windows_moved"),
    or_(
        exists().where(Payout.person_id == Person.id), exists().where(AnnualCheck.person_id == Person.id)
    ).label("money_noted"),
)  # fmt: skip
LATEST = and_(
    Application.person_id == Person.id,
    ~select(_later.id).where(_later.person_id == Person.id, _later.year > Application.year).exists(),
)
_OF_CONTACT = (
    select(*STANDING)
    .join(ContactPerson, ContactPerson.person_id == Person.id)
    .join(Application, LATEST, isouter=True)
    .where(ContactPerson.contact_id == bindparam("contact_id"))
    .order_by(Person.id)
)
_BY_REFERENCE = (
    select(*STANDING, Person.id_number)
    .join(Application, LATEST, isouter=True)
    .where(
        or_(
            Person.ref == bindparam("ref"),
            Person.id
            == select(FormerReference.person_id).where(FormerReference.ref == bindparam("ref")).scalar_subquery(),
        )
    )
)


def standings_of_contact(session: Session, contact_id: int) -> list[Standing]:
    """The standing of each person whom the contact serves."""
    rows = session.connection().execute(_OF_CONTACT, {"contact_id": contact_id})
    return [Standing(*row) for row in rows]


def tell_apart(
    session: Session, vault: Vault, sender: bytes, standings: Sequence[Standing], last_four: str, now: datetime
) -> list[Standing]:
    """Those of `standings`, which `sender` (a keyed hash) serves, whose person's ID number ends in `last_four`.

    Raises Locked after five wrong tries of the sender within a day, then also for a right one.
    """
    key = vault.lookup("tries.sender", sender.hex())
    if attempts.is_locked(session, key, attempts.SENDER_TRIES, now):
        raise Locked
    ids = [standing.person_id for standing in standings]
    rows = session.execute(select(Person.id, Person.id_number).where(Person.id.in_(ids)))
    matching = {row.id for row in rows if _ends_in(vault.open(Person.id_number, row.id_number), last_four)}
    if not matching and attempts.count(session, key, True, now) >= attempts.SENDER_TRIES:
        raise Locked
    return [standing for standing in standings if standing.person_id in matching]


def prove(session: Session, vault: Vault, sender: bytes, ref: str, last_four: str, now: datetime) -> Standing | None:
    """The standing of the person with `ref`, if the ID number ends in `last_four`; None where it does not, or where
    there is no such person: both after the same statements and one decryption. Raises Locked after five wrong tries
    of `sender` (a keyed hash) within a day; a reference tried wrongly twenty times says None to everybody for a day.
    """
    sender_key, ref_key = vault.lookup("tries.sender", sender.hex()), vault.lookup("tries.ref", ref)
    if attempts.is_locked(session, sender_key, attempts.SENDER_TRIES, now):
        raise Locked
    ref_locked = attempts.is_locked(session, ref_key, attempts.REFERENCE_TRIES, now)
    row = session.connection().execute(_BY_REFERENCE, {"ref": ref}).first()
    token = row.id_number if row else vault.seal(Person.id_number, "0" * 18)
    right = _ends_in(vault.open(Person.id_number, token), last_four) and row is not None and not ref_locked
    attempts.count(session, ref_key, not right, now)
    wrong_so_far = attempts.count(session, sender_key, not right, now)
    if not right and wrong_so_far >= attempts.SENDER_TRIES:
        raise Locked
    return Standing(*row[:-1]) if right and row is not None else None


def reason_of(session: Session, vault: Vault, application_id: int) -> str:
    """The words in which the last change was explained, '' where there are none."""
    last = select(func.max(StageChange.id)).where(StageChange.application_id == application_id).scalar_subquery()
    token = session.scalar(select(StageChange.reason).where(StageChange.id == last))
    return vault.open(StageChange.reason, token) if token else ""


def _ends_in(id_number: str, last_four: str) -> bool:
    return hmac.compare_digest(id_number[-4:].encode(), last_four.encode())
