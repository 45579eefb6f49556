"""The confidential channel in a conversation: what is protected, where, whom it concerns, the words, the number."""

from __future__ import annotations

from dataclasses import replace

from core.confidentiality.receipt import in_groups, secrets_of
from core.days import day
from core.dialogue.flows import menu, preferences
from core.dialogue.flows.reporting_return import (
    NotThatNumber,
    ask_number,
    cost_of,
    find_by,
    show,
)
from core.dialogue.flows.reporting_text import draft_of, goes_on, is_the_end, listen, take_message
from core.dialogue.flows.reporting_where import ask_area, take_area, take_levels
from core.dialogue.keywords import Command
from core.dialogue.prompt import Awaits, Prompt, numbered
from core.dialogue.session import CONFIDENTIAL, Talk
from core.dialogue.turn import Answer, Outcome, Turn, asks
from core.domain.area import Area, Level
from core.services.reports import drafts, filing
from core.services.reports.charge import anybody_is_in_charge, in_charge, township_of
from core.services.reports.envelope import Heading, Kind
from core.text import as_digits
from core.texts import _

# Words that are about something else, and here may well be what somebody says.
_SAID = frozenset({Command.RECEIVED, Command.NOT_RECEIVED, Command.ACKNOWLEDGED, Command.WORK})
_LISTENING = frozenset({"text", "addition"})
_BEGINNINGS = (
    ("speak", _("report.speak")),
    ("number", _("report.come_back")),
    ("ways", _("report.other_ways")),
)
_KINDS = {
    "add": (Kind.ADDITION, _("report.add_text")),
    "retaliation": (Kind.RETALIATION, _("report.retaliation_text")),
}


class ReportingFlow:
    """Steps: `notice`, `area`, `levels`, `text`, `copied` (the number typed back); `number`, `found`, `addition`.

    The talk carries the id of a draft, whose words lie sealed elsewhere, and once it is filed nothing at all.
    """

    name = CONFIDENTIAL

    def start(self, turn: Turn) -> Outcome:
        """Say what is protected and what is not; where nobody could read it, or what passed could not be deleted, say
        that it is taken elsewhere."""
        phone = turn.settings.report_phone
        if not turn.sender.erasable:
            return _elsewhere(turn, _("report.not_by_sms"))
        if not anybody_is_in_charge(turn.session, turn.settings):
            return _elsewhere(turn, _("report.elsewhere"))
        key = _("report.notice") if turn.sender.channel == "sms" else _("report.notice_chat")
        return self._notice(turn, turn.say(key, phone=phone))

    def with_number(self, turn: Turn, number: str) -> Outcome:
        """Begin with a number that was sent unasked."""
        if not turn.sender.erasable:
            return _elsewhere(turn, _("report.not_by_sms"))
        return replace(self._come_back(turn, number), erase=True)

    def resume(self, turn: Turn, talk: Talk, answer: Answer) -> Outcome | None:
        """Take an answer, a message, or a number."""
        if talk.step in _LISTENING:
            return self._hear(turn, talk, answer.text)
        if talk.step == "notice":
            return self._begin(turn, answer)
        if talk.step == "area":
            return take_area(turn, self.name, talk, answer)
        if talk.step == "levels":
            levels = take_levels(turn, self.name, talk, answer)
            return levels if isinstance(levels, Outcome) else self._listen(turn, talk.data["area"], levels)
        if talk.step == "copied":
            return self._check_copied(turn, answer.text)
        if talk.step == "found":
            return self._add(turn, talk, answer.choice) if answer.choice else None
        return self._come_back(turn, answer.text)

    def back(self, turn: Turn, talk: Talk) -> Outcome | None:
        """From the levels back to the area, from there to the beginning."""
        if talk.step == "levels":
            return ask_area(turn, self.name)
        return self.start(turn) if talk.step == "area" else None

    def listens(self, talk: Talk) -> bool:
        """Whether whatever comes is taken as words."""
        return talk.step in _LISTENING

    def held_by(self, turn: Turn, talk: Talk, command: Command, text: str) -> Outcome | None:
        """What is said to a word that would end a text already begun: asked once, then it may. None: it may now."""
        if not self.listens(talk):
            return None
        if command in _SAID:
            return self._hear(turn, talk, text)
        if command in {Command.STOP, Command.START}:
            done = preferences.obey(turn, command)
            return Outcome(done.prompts, talk, opted_out=done.opted_out) if done else None
        draft_id = draft_of(talk)
        if draft_id is None or not drafts.has_begun(turn.session, draft_id):
            return None
        if talk.data.get("leaving"):
            return menu.show(turn, turn.say("report.dropped")) if command is Command.MENU else None
        prompt = Prompt(turn.say("report.leaving"), awaits=Awaits.WORDS)
        return asks(self.name, talk.step, prompt, {**talk.data, "leaving": True})

    def leave(self, turn: Turn, talk: Talk) -> None:
        """Destroy what the talk carries; to be called when it is over, however it ended."""
        if (draft_id := draft_of(talk)) is not None:
            drafts.abandon(turn.session, draft_id)

    def _notice(self, turn: Turn, text: str) -> Outcome:
        choices = numbered(*((choice, turn.say(label)) for choice, label in _BEGINNINGS))
        return replace(asks(self.name, "notice", Prompt(text, choices, Awaits.CHOICE)), erase=True)

    def _ways(self, turn: Turn) -> Outcome:
        """The safer ways, as far as the settings name them; then one may still begin here."""
        settings = turn.settings
        if not settings.report_mailbox and not settings.report_in_person:
            return self._notice(turn, turn.say("report.ways", phone=settings.report_phone))
        said = turn.say("report.ways_here", phone=settings.report_phone)
        if settings.report_mailbox:
            said += turn.say("report.ways_mailbox", mailbox=settings.report_mailbox)
        if settings.report_in_person:
            said += turn.say("report.ways_place", place=settings.report_in_person)
        asked = self._notice(turn, said)
        if turn.sender.channel != "sms":
            return asked
        # The places leave no room for the choices; their digits work all the same.
        return replace(asked, prompts=(Prompt(said + turn.say("report.ways_end"), awaits=Awaits.CHOICE),))

    def _begin(self, turn: Turn, answer: Answer) -> Outcome | None:
        if answer.choice == "speak":
            return ask_area(turn, self.name)
        if answer.choice == "number":
            return ask_number(turn, self.name)
        if answer.choice == "ways":
            return self._ways(turn)
        return self._come_back(turn, answer.text) if len(as_digits(answer.text)) > 1 else None

    def _listen(self, turn: Turn, area_id: int, levels: frozenset[Level]) -> Outcome:
        area, charge = turn.session.get(Area, area_id), in_charge(turn.session, turn.settings, area_id, levels)
        if area is None or charge is None:
            return _elsewhere(turn, _("report.nobody"))
        township = township_of(turn.session, area_id)
        draft_id = drafts.begin(turn.session, turn.vault, turn.report_keys, charge, turn.now, township=township)
        heading = Heading(Kind.REPORT, turn.now.date(), area.code, area.name, tuple(sorted(map(str, levels))))
        drafts.head(turn.session, turn.report_keys, draft_id, heading)
        key = _("report.text") if turn.sender.channel == "sms" else _("report.text_chat")
        return listen(turn, self.name, "text", key, draft_id)

    def _hear(self, turn: Turn, talk: Talk, text: str) -> Outcome:
        try:
            if not is_the_end(text):
                return take_message(turn, talk, text)
            draft_id = bytes.fromhex(talk.data["draft"])
            if not drafts.has_begun(turn.session, draft_id):
                return goes_on(turn, talk, _("report.nothing_yet"))
            return self._file(turn, talk, draft_id) if talk.step == "text" else self._file_addition(turn, draft_id)
        except drafts.Gone:
            return menu.show(turn, turn.say("report.ended"))
        except drafts.NobodyInCharge:
            return _elsewhere(turn, _("report.nobody"))

    def _file(self, turn: Turn, talk: Talk, draft_id: bytes) -> Outcome:
        cost = cost_of(turn)
        drawn = turn.harden("", cost)
        if drawn is None:
            return goes_on(turn, talk, _("report.busy"))
        secrets, today = secrets_of(turn.vault, drawn.key), turn.now.date()
        filing.file_report(turn.session, turn.vault, turn.report_keys, turn.settings, draft_id, secrets, cost, today)
        prompt = Prompt(turn.say("report.receipt", receipt=in_groups(drawn.receipt)), awaits=Awaits.DIGITS)
        return asks(self.name, "copied", prompt)

    def _file_addition(self, turn: Turn, draft_id: bytes) -> Outcome:
        filing.file_addition(turn.session, turn.report_keys, turn.settings, draft_id, cost_of(turn), turn.now.date())
        return Outcome((Prompt(turn.say("report.added")),))

    def _check_copied(self, turn: Turn, text: str) -> Outcome:
        try:
            found = find_by(turn, text)
        except NotThatNumber as wrong:
            return ask_number(turn, self.name, "copied", wrong.key)
        due = day(turn.say, found.due_on, turn.now.date())
        return Outcome((Prompt(turn.say("report.copied", due=due)),))

    def _come_back(self, turn: Turn, text: str) -> Outcome:
        try:
            return show(turn, self.name, find_by(turn, text))
        except NotThatNumber as wrong:
            return ask_number(turn, self.name, key=wrong.key)

    def _add(self, turn: Turn, talk: Talk, choice: str) -> Outcome:
        kind, key = _KINDS[choice]
        draft_id = draft_of(talk)
        try:
            if draft_id is None:
                raise drafts.Gone
            drafts.head(turn.session, turn.report_keys, draft_id, Heading(kind, turn.now.date(), "", "", ()))
        except drafts.Gone:
            return menu.show(turn, turn.say("report.ended"))
        return listen(turn, self.name, "addition", key, draft_id)


def _elsewhere(turn: Turn, key: str) -> Outcome:
    """Where to turn instead."""
    return Outcome((Prompt(turn.say(key, phone=turn.settings.report_phone)),), erase=True)
