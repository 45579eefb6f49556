"""Planning: one statement writes a reminder's outbox rows for some thousands of persons who have not heard it yet."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Insert,
    Integer,
    Select,
    String,
    Subquery,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Session

from core.delivery.introduction import introduce_since
from core.delivery.outbox import PRIORITIES, OutboxRow, State
from core.domain.contact import Contact, ContactPerson
from core.domain.gap import Gap
from core.domain.person import Person
from core.insertion import dialect_of, new_rows, write
from core.reminders.audience import Scope, belongs
from core.reminders.due import Reminder
from core.reminders.rules import Anchor, Rule, rules

# Whoever has it before him, or may have.
_TOLD = (State.SENDING, State.SENT, State.DELIVERED, State.UNKNOWN)


def plan(session: Session, reminder: Reminder, persons: range, now: datetime) -> int:
    """Write a row for each of `persons` (by id) who is of the reminder's audience and has none yet; how many.

    A person whom no channel reaches gets none. The database's unique index on text, event and person decides, so that
    two who plan at once write each row once.
    """
    _never_all_by_all(session)
    about = {**_about(reminder), "first": persons.start, "end": persons.stop}
    if session.scalar(_unplanned(reminder.rule), about) is None:
        return 0
    newest = session.scalar(select(func.max(OutboxRow.id))) or 0
    written = write(session, _insertion(reminder.rule, dialect_of(session)), {**about, "now": now})
    introduce_since(session, newest, now)
    return written


def left_out(session: Session, reminder: Reminder) -> int:
    """How many persons will never hear the reminder, because nobody planned it in their village while it made sense."""
    _never_all_by_all(session)
    everybody = {"first": 0, "end": (session.scalar(select(func.max(Person.id))) or 0) + 1}
    return session.scalar(_count(reminder.rule), {**_about(reminder), **everybody}) or 0


def _never_all_by_all(session: Session) -> None:
    """Keep PostgreSQL from nested loops to the end of the transaction. Its statistics may be older than an import:
    where it expects a few rows and finds all, such a loop takes hours, and no other way is ever far behind."""
    if dialect_of(session) == "postgresql":
        session.execute(text("SET LOCAL enable_nestloop = off"))


def _about(reminder: Reminder) -> dict[str, Any]:
    return {
        "villages": reminder.villages,
        "window": f"{reminder.window}:{reminder.year}:",
        "move": f":{reminder.moved}" if reminder.moved else "",
        "year_of_event": reminder.year,
        "due_at": reminder.due_at,
        "expires": reminder.expires_at,
    }


_FIRST, _END = bindparam("first", type_=Integer), bindparam("end", type_=Integer)
_STATE = OutboxRow.state.type
# Beyond every contact's number.
_WEIGHT = 2**32
# The event of the person's village, as core.reminders.event writes it.
_UNMOVED = bindparam("window", type_=String) + cast(Person.area_id, String)
_EVENT = _UNMOVED + bindparam("move", type_=String)


@cache
def _unplanned(rule: Rule) -> Select[int]:
    """Anybody who is to hear it and has no row yet. It comes before the insertion, which does not look for such rows:
    written at its time, a reminder has none, and to look for each would make it a third slower."""
    planned = select(OutboxRow.id).where(
        OutboxRow.text_key == rule.text,
        OutboxRow.event == _EVENT,
        OutboxRow.person_id == Person.id,
        OutboxRow.turn == 0,
    )
    contacts = select(Contact.id).join(ContactPerson, ContactPerson.contact_id == Contact.id)
    contact = contacts.where(ContactPerson.person_id == Person.id, *_usable(rule)).correlate(Person)
    # Looked up person by person: LIMIT keeps PostgreSQL from making joins of them, of sizes that it has to guess.
    unplanned, reached = _one(planned).is_(None), _one(contact).is_not(None)
    return select(Person.id).where(*_conditions(rule), unplanned, reached).limit(1)


def _one(rows: Select[int]) -> ColumnElement[int | None]:
    return rows.limit(1).scalar_subquery()


@cache
def _insertion(rule: Rule, dialect: str) -> Insert:
    contact = _contacts(rule)
    # What was due in a time of which a restored backup knows nothing may have been sent then: nobody is told twice.
    lost = select(Gap.id).where(Gap.began_at <= _instant("due_at"), Gap.ended_at > _instant("due_at")).exists()
    values = {
        "contact_id": contact.c.best % _WEIGHT,
        "person_id": Person.id,
        "kind": literal(rule.kind, OutboxRow.kind.type),
        "priority": literal(PRIORITIES[rule.kind]),
        "text_key": literal(rule.text),
        "event": _EVENT,
        "created_at": _instant("now"),
        "not_before": _instant("due_at"),
        "expires_at": _instant("expires"),
        "state": case((lost, literal(State.UNKNOWN, _STATE)), else_=literal(State.QUEUED, _STATE)),
        "settled_at": case((lost, _instant("now")), else_=null()),
        "error": case((lost, literal("restored")), else_=null()),
    }
    who = contact.c.person_id == Person.id, *_conditions(rule)
    # In the order of the persons: what a row refers to lies beside what the last one did. SQLite walks so anyway.
    return new_rows(dialect, OutboxRow, values, *who, in_order_of=Person.id if dialect == "postgresql" else None)


@cache
def _count(rule: Rule) -> Select[int]:
    anybody = select(OutboxRow.id).where(OutboxRow.text_key == rule.text, OutboxRow.event == _EVENT)
    known = Person.created_at < _instant("expires")
    return select(func.count()).select_from(Person).where(*_conditions(rule), known, ~anybody.exists())


def _contacts(rule: Rule) -> Subquery:
    """For each person who can be reached the contact to use, as `best`: the first of the rule's channels, and of that
    the newest. All at once, in the order of the persons: to look for each costs half as much again."""
    weight = literal(_WEIGHT, BigInteger)
    return (
        select(ContactPerson.person_id, func.max(_rank(rule) * weight + Contact.id).label("best"))
        .join(Contact, Contact.id == ContactPerson.contact_id)
        .where(ContactPerson.person_id >= _FIRST, ContactPerson.person_id < _END, *_usable(rule))
        .group_by(ContactPerson.person_id)
        .subquery()
    )


def _usable(rule: Rule) -> list[ColumnElement[bool]]:
    # Said by the rank, the channel leads no engine into walking over all contacts of a channel.
    return [_rank(rule).is_not(None), Contact.stopped_at.is_(None)]


def _rank(rule: Rule) -> ColumnElement[int]:
    """The higher the sooner; null for a channel that the rule does not use."""
    return case({channel: place for place, channel in enumerate(reversed(rule.channels), 1)}, value=Contact.channel)


def _conditions(rule: Rule) -> list[ColumnElement[bool]]:
    lives = Person.area_id.in_(bindparam("villages", expanding=True))
    who = [lives, belongs(rule.audience, Scope(bindparam("year_of_event", type_=Integer), _FIRST, _END))]
    return [*who, _was_told(rule)] if rule.anchor is Anchor.MOVED else who


def _was_told(move: Rule) -> ColumnElement[bool]:
    """Somebody has a message on his phone that names the days before the move."""
    texts = [rule.text for rule in rules() if rule.windows and rule.anchor is not Anchor.MOVED]
    told = OutboxRow.state.in_(_TOLD), func.coalesce(OutboxRow.sent_at, OutboxRow.created_at) < _instant("due_at")
    whose = OutboxRow.person_id == Person.id
    by_rule = select(OutboxRow.id).where(whose, OutboxRow.text_key.in_(texts), OutboxRow.event == _UNMOVED, *told)
    # A message about an earlier move names days too; its event begins as this one's does.
    by_move = select(OutboxRow.id).where(
        whose, OutboxRow.text_key == move.text, OutboxRow.event.startswith(_UNMOVED + ":"), *told
    )
    return or_(by_rule.exists(), by_move.exists())


def _instant(name: str) -> BindParameter[datetime]:
    return bindparam(name, type_=OutboxRow.created_at.type)
