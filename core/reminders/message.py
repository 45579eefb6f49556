"""One message about to be composed: its row, its reader, and what the composing functions need to look things up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from core.confidentiality.vault import Vault
from core.delivery.outbox import OutboxRow
from core.domain.contact import Contact
from core.domain.person import Person
from core.settings import Settings
from core.texts import Say


@dataclass(frozen=True)
class Message:
    """`fields` are the row's own, opened; `now` is the scheme's. Days are named, never counted, so that the text is
    the same at each try."""

    session: Session
    vault: Vault
    settings: Settings
    row: OutboxRow
    contact: Contact
    say: Say
    fields: Mapping[str, str]
    now: datetime

    @property
    def planned_on(self) -> date:
        """The day for which the message was planned; days of the same year are named without their year."""
        return self.row.not_before.astimezone(self.settings.timezone).date()

    @property
    def ref(self) -> str:
        """The reference of the person whom it is about, '' for a follower. Never a name: numbers change hands."""
        person = self.session.get(Person, self.row.person_id) if self.row.person_id else None
        return person.ref if person else ""

    @property
    def office(self) -> dict[str, str]:
        """Where to ask, as the settings name it."""
        return {"phone": self.settings.office_phone, "hours": self.settings.office_hours}
