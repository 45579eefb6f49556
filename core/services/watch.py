"""What whoever keeps the line running has to know before it hurts: seen in `/healthz`, and told to him once a day."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, make_url, select
from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.delivery.figures import oldest_waiting
from core.delivery.outbox import MessageKind, OutboxRow
from core.delivery.quiet_hours import quiet_until
from core.delivery.usage import Usage, ceiling, price
from core.domain.contact import Contact, Language
from core.domain.staff import Role, Staff
from core.services.contacts import address_hash, note_contact
from core.services.telling import tell_contact
from core.settings import Settings
from core.texts import _

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# By its name in `/healthz`, how a trouble is put to the administrator.
TEXTS = {
    "disk_low": _("office.disk_low"),
    "sender_stuck": _("office.sender_stuck"),
    "budget_spent": _("office.budget_spent"),
}


def troubles(session: Session, settings: Settings, now: datetime) -> list[str]:
    """The names of what threatens at `now` (scheme clock).

    `disk_low`: less room than the setting asks for where database or keys lie. `sender_stuck`: messages wait and for an
    hour none has gone, though they might. `budget_spent`: the day's ceiling of money holds messages back.
    """
    is_spent = _budget_is_spent(session, settings, now)
    found = {
        "disk_low": any(_room(folder) < settings.disk_least * 1024 * 1024 for folder in _folders(settings)),
        "sender_stuck": not is_spent and _sender_is_stuck(session, settings, now),
        "budget_spent": is_spent,
    }
    return [name for name, is_so in found.items() if is_so]


def tell_administrators(session: Session, vault: Vault, settings: Settings, now: datetime) -> int:
    """Put a message for each trouble into the outbox, to the phone of every administrator in office, once a day; how
    many."""
    found = troubles(session, settings, now)
    in_office = select(Staff.phone).where(Staff.role == Role.ADMIN, Staff.left_at.is_(None))
    phones = session.scalars(in_office).all() if found else ()
    contacts = [_contact_of(session, vault, vault.open(Staff.phone, phone), now) for phone in phones]
    event, told = f"office:{now.date()}", 0
    for contact_id in contacts:
        for name in found:
            known = OutboxRow.contact_id == contact_id, OutboxRow.text_key == TEXTS[name], OutboxRow.event == event
            if session.scalar(select(OutboxRow.id).where(*known).limit(1)) is None:
                tell_contact(
                    session, vault, contact_id=contact_id, text_key=TEXTS[name], event=event,
                    kind=MessageKind.REMINDER, now=now, expires_at=now + DAY,
                )  # fmt: skip
                told += 1
    return told


def _folders(settings: Settings) -> set[Path]:
    address = make_url(settings.database_url)
    database = {Path(str(address.database)).parent} if address.get_backend_name() == "sqlite" else set()
    return {folder.absolute() for folder in (*database, settings.keys_dir)}


def _room(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).free
    except OSError:  # that it is away is said elsewhere
        return 1 << 62


def _budget_is_spent(session: Session, settings: Settings, now: datetime) -> bool:
    most = ceiling(settings)
    if most is None:
        return False
    spent = session.scalar(select(func.sum(Usage.cost)).where(Usage.day == now.date())) or 0
    return most - int(spent) < max(price(settings), 1)


def _sender_is_stuck(session: Session, settings: Settings, now: datetime) -> bool:
    # What waited through the night has an hour from the morning on.
    if quiet_until(now, settings) is not None or quiet_until(now - HOUR, settings) is not None:
        return False
    since = oldest_waiting(session, now)
    if since is None or since > now - HOUR:
        return False
    return session.scalar(select(OutboxRow.id).where(OutboxRow.sent_at > now - HOUR).limit(1)) is None


def _contact_of(session: Session, vault: Vault, phone: str, now: datetime) -> int:
    found = select(Contact.id).where(
        Contact.channel == "sms", Contact.address_hash == address_hash(vault, "sms", phone)
    )
    known = session.scalar(found)
    if known is None:
        note_contact(session, vault, "sms", phone, Language.CHINESE, now)
        known = session.scalars(found).one()
    return known
