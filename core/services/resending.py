"""Resending: an officer has a message tried again that was given up, or that waits for its next try."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from core import audit
from core.confidentiality.vault import Vault
from core.delivery.outbox import OutboxRow, State
from core.domain.contact import Contact
from core.domain.person import Person
from core.domain.staff import Role
from core.errors import NotAllowed, NotFound
from core.services.acting import Actor
from core.services.areas import lies_within

AGAIN = frozenset({State.QUEUED, State.FAILED, State.UNKNOWN})


def resend(session: Session, vault: Vault, row_id: int, actor: Actor, now: datetime) -> None:
    """Have the message tried again at once, as far as quiet hours and limits allow. It stands in the audit trail: of a
    message in doubt, `actor` takes it upon himself that it may come twice.

    Raises NotFound; NotAllowed where the message has arrived or is under way, is too late or no longer makes sense,
    where its contact is stopped, and where it is not for `actor` to decide.
    """
    row = session.get(OutboxRow, row_id, with_for_update=True)
    if row is None:
        raise NotFound(f"{row_id}: there is no such message; `jiangfu outbox list` shows the newest.")
    _check_actor(session, row, actor)
    if row.state not in AGAIN:
        raise NotAllowed(f"{row_id}: it is {row.state}; only what is queued, failed or unknown can be tried again.")
    if row.expires_at <= now:
        raise NotAllowed(
            f"{row_id}: it was worth sending until {row.expires_at.astimezone(now.tzinfo):%Y-%m-%d %H:%M}."
        )
    contact = session.get_one(Contact, row.contact_id)
    if contact.stopped_at is not None:
        reason = contact.stopped_reason or "stopped"
        raise NotAllowed(f"{row_id}: its contact takes no messages ({reason}); record another phone first.")
    if row.state is not State.QUEUED:
        row.state, row.error, row.provider_ref, row.sent_at, row.settled_at = State.QUEUED, None, None, None, None
    row.next_try_at = None
    audit.note(session, vault, actor.staff_id, "resend", f"message {row_id}", now)


def _check_actor(session: Session, row: OutboxRow, actor: Actor) -> None:
    if actor.role not in {Role.OFFICER, Role.ADMIN}:
        raise NotAllowed(f"{row.id}: only an officer or an administrator has messages sent again.")
    person = session.get(Person, row.person_id) if row.person_id is not None else None
    if person is not None and not lies_within(session, person.area_id, actor.area_id):
        raise NotAllowed(f"{row.id}: this person's village is not in your area.")
