"""Putting people on the visit list: whom no message reaches or has reached in time, and whom somebody asks for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, case, literal, or_
from sqlalchemy.orm import Session

from core.domain.notice import Notice
from core.domain.visit import Visit, VisitKind, VisitReason
from core.insertion import write_once
from core.services.notices.addressing import reached


def ask_for_visit(
    session: Session, person_id: int, kind: VisitKind, event: str, due_on: date, now: datetime
) -> Visit | None:
    """Put the person on the list for `event` (`passbook:2026`, `payout:12`), to be seen by `due_on`; None where he is
    on it already."""
    values = {
        "person_id": literal(person_id),
        "kind": literal(kind, Visit.kind.type),
        "event": literal(event),
        "reason": literal(VisitReason.ASKED, Visit.reason.type),
        "asked_at": literal(now, Visit.asked_at.type),
        "due_on": literal(due_on, Visit.due_on.type),
    }
    if not write_once(session, Visit, values):
        return None
    return session.query(Visit).filter_by(person_id=person_id, kind=kind, event=event).one()


def ask_for_unreachable(session: Session, notice: Notice, areas: Collection[int], now: datetime) -> int:
    """Put on the list whom the notice can't reach by message (no phone, opted out) and who is served at home."""
    people = reached(areas)
    nobody = people.c.contact_id.is_(None)
    reason = case(
        (people.c.home_visit, literal(VisitReason.HOME_VISIT, Visit.reason.type)),
        (people.c.is_silent, literal(VisitReason.OPTED_OUT, Visit.reason.type)),
        else_=literal(VisitReason.NO_PHONE, Visit.reason.type),
    )
    values = of_notice(notice, people.c.person_id, reason, now)
    return write_once(session, Visit, values, or_(nobody, people.c.home_visit))


def of_notice(
    notice: Notice, person_id: SQLColumnExpression[Any], reason: ColumnElement[VisitReason], now: datetime
) -> dict[str, SQLColumnExpression[Any]]:
    """The values of a visit for a notice, to be made before the notice ends."""
    return {
        "person_id": person_id,
        "kind": literal(VisitKind.NOTICE, Visit.kind.type),
        "event": literal(notice.event),
        "notice_id": literal(notice.id),
        "reason": reason,
        "asked_at": literal(now, Visit.asked_at.type),
        "due_on": literal(notice.expires_at.astimezone(now.tzinfo).date(), Visit.due_on.type),
    }
