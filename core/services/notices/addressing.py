"""Whom a notice is for: the areas that a sender may write to, and over which contact each person there is reached."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import BigInteger, ColumnElement, Integer, Subquery, and_, case, cast, func, literal, select
from sqlalchemy.orm import Session, aliased

from core.domain.application import Application
from core.domain.area import Area
from core.domain.contact import Contact, ContactPerson, Language
from core.domain.notice import Follower, NoticeArea
from core.domain.person import Person
from core.domain.staff import Role
from core.domain.stage import Stage
from core.errors import NotAllowed
from core.services.acting import Actor
from core.services.areas import area_of, ids_within, lies_within

_GONE = (Stage.CEASED, Stage.WITHDRAWN)
# Above every number of a contact, twice over.
_CHAT = literal(1 << 40, BigInteger)
_later = aliased(Application)
# Who has died, moved away or withdrawn hears nothing of the village any more.
IS_GONE = (
    select(Application.id)
    .where(
        Application.person_id == Person.id,
        Application.stage.in_(_GONE),
        ~select(_later.id).where(_later.person_id == Application.person_id, _later.year > Application.year).exists(),
    )
    .exists()
)


def addressed(session: Session, actor: Actor, codes: Iterable[str]) -> list[Area]:
    """The areas with those codes, which `actor` may write to; his own where none is given.

    Raises NotFound for a code that there is not; NotAllowed for an area outside his, and for whoever writes no notices.
    """
    if actor.role not in {Role.CADRE, Role.OFFICER}:
        raise NotAllowed(f"Notices are written by cadres and officers, not by an {actor.role}.")
    areas = [area_of(session, code) for code in dict.fromkeys(codes)] or [session.get_one(Area, actor.area_id)]
    for area in areas:
        if not lies_within(session, area.id, actor.area_id):
            raise NotAllowed(f"{area.code} does not lie in your area: a cadre writes to his own village.")
    return areas


def villages_of_notice(session: Session, notice_id: int) -> frozenset[int]:
    """The ids of the areas that a notice was addressed to, and of all areas in them."""
    named = session.scalars(select(NoticeArea.area_id).where(NoticeArea.notice_id == notice_id))
    return frozenset(area for named_id in named for area in session.scalars(ids_within(named_id)))


def persons_of(areas: Collection[int]) -> ColumnElement[bool]:
    """That a person lives in one of `areas` and is still with us."""
    return and_(Person.area_id.in_(sorted(areas)), ~IS_GONE)


def reached(areas: Collection[int]) -> Subquery:
    """Each person of `areas` with the contact over which he is reached: the chat, which costs nothing, else the phone;
    null where there is none. `by_chat` and `in_english` are that contact's, `is_silent` says that some contact of his
    has opted out."""
    usable = and_(Contact.stopped_at.is_(None), Contact.opted_out_at.is_(None))
    silent = and_(Contact.stopped_at.is_(None), Contact.opted_out_at.is_not(None))
    people = (
        select(
            Person.id.label("person_id"),
            Person.area_id,
            Person.home_visit,
            func.max(case((usable, _worth()))).label("best"),
            func.max(case((silent, 1), else_=0)).label("silent"),
        )
        .join(ContactPerson, ContactPerson.person_id == Person.id, isouter=True)
        .join(Contact, Contact.id == ContactPerson.contact_id, isouter=True)
        .where(persons_of(areas))
        .group_by(Person.area_id, Person.id)  # as the index has them: nothing is sorted
        .subquery()
    )
    best = people.c.best
    return select(
        people.c.person_id,
        people.c.area_id,
        people.c.home_visit,
        cast((best % _CHAT) // 2, Integer).label("contact_id"),
        (best >= _CHAT).label("by_chat"),
        (best % 2 == 1).label("in_english"),
        (people.c.silent == 1).label("is_silent"),
    ).subquery()


def _worth() -> ColumnElement[int]:
    """A contact as one number, so that one pass finds each person's best: a chat before a phone, of two the newer; the
    last bit is its language."""
    chat = case((Contact.channel == "telegram", _CHAT), else_=literal(0, BigInteger))
    return chat + Contact.id * 2 + case((Contact.language == Language.ENGLISH, 1), else_=0)


def followers(areas: Collection[int]) -> ColumnElement[bool]:
    """That a contact follows one of `areas`, takes messages, and serves nobody there, who would be told anyway."""
    follows = select(Follower.contact_id).where(Follower.area_id.in_(sorted(areas)))
    serves = (
        select(ContactPerson.contact_id)
        .join(Person, Person.id == ContactPerson.person_id)
        .where(ContactPerson.contact_id == Contact.id, Person.area_id.in_(sorted(areas)))
    )
    usable = Contact.stopped_at.is_(None), Contact.opted_out_at.is_(None)
    return and_(Contact.id.in_(follows), *usable, ~serves.exists())
