"""The words of reminders that hang on a window, with its days as they stand when the message goes."""

from __future__ import annotations

from sqlalchemy import select

from core.days import day, span
from core.delivery.sender import Dropped
from core.domain.person import Person
from core.policy.calendar import LEVELS
from core.reminders.audience import Scope, belongs
from core.reminders.event import Event
from core.reminders.message import Message
from core.reminders.rules import rule_of_text
from core.services.windows import Window, window_of
from core.texts import _

# What each window is called in the message that it has moved.
WINDOWS = {
    "village": _("window.village"),
    "township": _("window.township"),
    "district": _("window.district"),
    "forms": _("window.forms"),
    "papers": _("window.papers"),
    "payout": _("window.payout"),
    "yearly_check": _("window.yearly_check"),
}


def about_window(message: Message) -> str:
    """A reminder before, on or after a day of a window. Raises Dropped where the window is over, or the person is no
    longer one of those whom it is for."""
    window = _open_window(message)
    said = {
        "ref": message.ref,
        "year": window.year,
        "opens": day(message.say, window.opens, message.planned_on),
        "closes": day(message.say, window.closes, message.planned_on),
        "when": span(message.say, window.opens, window.closes, message.planned_on),
        "phone": message.settings.office_phone,
    }
    if window.window in LEVELS:
        said["level"] = message.say(f"level.{window.window}")
    return message.say(message.row.text_key, **said)


def window_moved(message: Message) -> str:
    """That a window has moved. Raises Dropped where it has moved again since, or is over."""
    window = _open_window(message)
    if not Event.parse(message.row.event or "").moved.startswith(f"{window.opens:%m%d}-{window.closes:%m%d}:"):
        raise Dropped("moved_again")
    when = span(message.say, window.opens, window.closes, message.planned_on)
    what = message.say(WINDOWS[window.window])
    return message.say(message.row.text_key, what=what, when=when, phone=message.settings.office_phone)


def _open_window(message: Message) -> Window:
    event = Event.parse(message.row.event or "")
    window = window_of(message.session, event.year, event.window, event.village_id)
    if window.closes < message.now.astimezone(message.settings.timezone).date():
        raise Dropped("window_over")
    rule = rule_of_text(message.row.text_key)
    if rule is not None and message.row.person_id is not None:
        scope = Scope(event.year, message.row.person_id, message.row.person_id + 1)
        if message.session.scalar(select(Person.id).where(belongs(rule.audience, scope))) is None:
            raise Dropped("not_concerned")
    return window
