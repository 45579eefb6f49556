"""The text of an outbox row, composed at the moment of sending from its event's records: one function a text."""

from __future__ import annotations

import json
from collections.abc import Callable

from sqlalchemy.orm import Session

from core.clock import SchemeClock
from core.confidentiality.vault import Vault
from core.delivery.outbox import OutboxRow
from core.delivery.sender import Dropped
from core.domain.contact import Contact
from core.reminders.message import Message
from core.reminders.notice_words import notice, recalled
from core.reminders.payout_words import paid, payment_failed
from core.reminders.stage_words import confirmed, rejected, stage_changed
from core.reminders.window_words import about_window, window_moved
from core.settings import Settings
from core.texts import _, speaker


class Composer:
    """Composes messages with the keys, the settings and the scheme clock of this process."""

    def __init__(self, vault: Vault, settings: Settings, clock: SchemeClock) -> None:
        self._vault = vault
        self._settings = settings
        self._clock = clock

    def __call__(self, session: Session, row: OutboxRow, contact: Contact) -> str:
        """The text of `row` in the language of `contact`. Raises Dropped where it makes no sense any more; KeysError
        where what it tells does not open."""
        fields = json.loads(self._vault.open(OutboxRow.fields, row.fields)) if row.fields else {}
        say, now = speaker(contact.language), self._clock.now()
        message = Message(session, self._vault, self._settings, row, contact, say, fields, now)
        return WORDS.get(row.text_key, from_fields)(message)


def from_fields(message: Message) -> str:
    """The text of the catalogue with the row's own fields, and where to ask."""
    return message.say(message.row.text_key, **{**message.office, **message.fields})


def hello(message: Message) -> str:
    """Who we are, what is kept, how to stop; the contact is noted as introduced. Raises Dropped where it was
    introduced meanwhile, because somebody has written from it."""
    introduced_at = message.contact.introduced_at
    if introduced_at not in {None, message.row.created_at}:  # this very row's mark: it is tried again
        raise Dropped("introduced")
    message.contact.introduced_at = message.row.created_at
    return message.say(_("hello"), **message.office)


WORDS: dict[str, Callable[[Message], str]] = {
    _("hello"): hello,
    _("remind.list_opens"): about_window,
    _("remind.list_closes"): about_window,
    _("remind.form_days"): about_window,
    _("remind.papers_due"): about_window,
    _("remind.passbook_day"): about_window,
    _("remind.yearly_check"): about_window,
    _("remind.window_moved"): window_moved,
    _("remind.stage"): stage_changed,
    _("remind.rejected"): rejected,
    _("remind.confirmed"): confirmed,
    _("remind.paid"): paid,
    _("remind.payment_failed"): payment_failed,
    _("notice"): notice,
    _("notice.recalled"): recalled,
}
