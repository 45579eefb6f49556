"""The line: one inbound message from any channel in, the reply out, everything it changed committed before that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from prometheus_client import Counter
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.arrival import Arrival, Keys, look_up
from core.clock import SchemeClock, machine_now
from core.confidentiality import keys as key_file
from core.confidentiality.hardening import Busy, Hardener
from core.confidentiality.receipt import draw_receipt, salt_of
from core.confidentiality.tries import Tries
from core.confidentiality.vault import Vault
from core.db import Sessions
from core.delivery.inbox import KEPT_FOR, answer_row, forget_answers, id_hash, keep_answers
from core.delivery.to_erase import ToErase
from core.dialogue import engine, keywords
from core.dialogue.language import language_of
from core.dialogue.prompt import Inbound, Prompt, Reply
from core.dialogue.session import Superseded, ends_at, open_talk, save_talk
from core.dialogue.turn import Hardened, Hardening, Outcome, Pondering, Sender, Turn
from core.domain.contact import Contact, Language
from core.errors import Unavailable
from core.faq import Catalogue, Finder, Finding
from core.group_commit import GroupCommit
from core.policy import calendar
from core.services.contacts import address_hash, note_contact, set_opted_out
from core.settings import Settings
from core.texts import _, speaker

TAKEN_AGAIN = 5

Findings = Mapping[str | Hardening, Finding | Hardened | None]

answered = Counter("jiangfu_inbound_total", "Messages answered", ["channel", "outcome"])


@dataclass(frozen=True)
class Taken:
    """What became of a message in a transaction: the reply and the inbox row that is to keep it (none where it was
    kept before), or the question that must be looked up first."""

    reply: Reply = Reply(())  # noqa: RUF009 - it cannot be changed
    row: Mapping[str, Any] | None = None
    pondering: Pondering | None = None


class _Message:
    """One message on its way through a transaction that it may share: what it is looked up by, and what was found."""

    def __init__(self, line: Line, inbound: Inbound, findings: Findings) -> None:
        self._line, self._inbound, self._findings = line, inbound, findings
        self.provider_id = f"{inbound.channel}:{inbound.provider_id}"
        self.keys = Keys(
            id_hash(line.vault, self.provider_id),
            inbound.channel,
            address_hash(line.vault, inbound.channel, inbound.address),
        )
        self.arrival: Arrival | None = None

    def __call__(self, session: Session) -> Taken:
        """Take the message."""
        # Of two messages of one sender, the second is looked up when the first has left its mark.
        arrival, self.arrival = self.arrival or look_up(session, [self.keys])[self.keys], None
        try:
            return self._line.take(session, self._inbound, self.provider_id, self.keys, arrival, self._findings)
        except Pondering as question:
            return Taken(pondering=question)  # nothing was written yet, and whoever shares the transaction goes on


def _look_up(session: Session, messages: Sequence[_Message]) -> None:
    first_of_sender = {message.keys.address_hash: message for message in reversed(messages)}
    arrivals = look_up(session, [message.keys for message in first_of_sender.values()])
    for message in first_of_sender.values():
        message.arrival = arrivals[message.keys]


def _keep_answers(session: Session, taken: Sequence[Taken]) -> None:
    keep_answers(session, [one.row for one in taken if one.row is not None])


@dataclass(frozen=True)
class Line:
    """What answers: records, keys, clock, settings and the policy catalogue, put together by the desk."""

    sessions: Sessions
    commit: GroupCommit
    vault: Vault
    clock: SchemeClock
    settings: Settings
    finder: Finder
    catalogue: Catalogue

    def answer(self, inbound: Inbound) -> Reply:
        """The reply to `inbound`. The same provider id within ten minutes gets the same one and changes nothing.

        Raises Unavailable where the database is away: nothing was saved, and the channel says so (`not_saved`).
        """
        try:
            reply = self._answer(inbound)
        except Unavailable:
            answered.labels(inbound.channel, "unavailable").inc()
            raise
        answered.labels(inbound.channel, "answered").inc()
        return reply

    def warm(self) -> None:
        """Load what the first messages would have to wait for: the hardener, the words, the calendar, the question
        finder."""
        self.hardener.start()
        keywords.recognise("菜单")
        calendar.postings_of(self.clock.today().year)
        self.finder.warm()

    def not_saved(self) -> Reply:
        """What is said when the database is away. It is not kept: the next try is taken afresh."""
        return Reply((Prompt(speaker(Language.CHINESE)(_("not_saved"))),))

    def _answer(self, inbound: Inbound) -> Reply:
        findings: dict[str | Hardening, Finding | Hardened | None] = {}
        for _attempt in range(TAKEN_AGAIN):
            try:
                taken = self.commit.run(_Message(self, inbound, findings), _look_up, _keep_answers)
            except (Superseded, IntegrityError):
                continue  # another worker was first with this message or this person; look at what it left
            if taken.pondering is None:
                return taken.reply
            question = taken.pondering.question
            findings[question] = self._work_out(question)
        raise Unavailable

    @cached_property
    def hardener(self) -> Hardener:
        """What hardens receipts, in a process of its own."""
        return Hardener(self.settings.keys_dir / key_file.FILE)

    @cached_property
    def to_erase(self) -> ToErase:
        """The messages that are to be erased at the gateway for SMS."""
        return ToErase(self.sessions, self.vault, "sms")

    @cached_property
    def tries(self) -> Tries:
        """The wrong receipts of the day, in memory alone."""
        return Tries()

    def _work_out(self, question: str | Hardening) -> Finding | Hardened | None:
        if isinstance(question, str):
            return self.finder.find(question)
        receipt = question.receipt or draw_receipt()
        try:
            return Hardened(receipt, self.hardener.harden(receipt, salt_of(self.vault), question.cost))
        except Busy:
            return None

    def take(
        self,
        session: Session,
        inbound: Inbound,
        provider_id: str,
        keys: Keys,
        arrival: Arrival,
        findings: Findings,
    ) -> Taken:
        """The reply to a message of which `arrival` is known, and what it writes. Raises Pondering, Superseded."""
        if arrival.answer is not None and arrival.received_at is not None:
            if machine_now() - arrival.received_at <= KEPT_FOR:
                return Taken(Reply.from_json(self.vault.open_answer(provider_id, arrival.answer)))
            forget_answers(session, machine_now())  # too old to count, and not yet tidied away
        now = self.clock.now()
        sender, known = _sender(arrival, inbound, keys.address_hash), arrival.sender
        talk = open_talk(self.vault, known.state, known.revision) if known else None
        ended = talk is not None and known is not None and now >= ends_at(talk, known.expires_at)
        turn = Turn(session, self.vault, self.settings, self.catalogue, findings, sender, now, self.tries)
        outcome = engine.respond(turn, inbound, talk, ended)
        reply = self._introduced(turn, outcome)
        self._note_sender(session, inbound, sender, outcome, now)
        if talk is not None or outcome.talk is not None:  # one that stays as it was is no longer idle either
            save_talk(session, self.vault, keys.address_hash, talk, outcome.talk, now)
        return Taken(reply, answer_row(self.vault, provider_id, reply.to_json(), machine_now()))

    def _introduced(self, turn: Turn, outcome: Outcome) -> Reply:
        if not turn.sender.introduced:
            spoken = turn.in_language(outcome.language or turn.sender.language)
            outcome = outcome.preceded_by(Prompt(spoken.say("first_contact")))
        return Reply(outcome.prompts, outcome.talk.revision if outcome.talk else 0, outcome.erase)

    def _note_sender(self, session: Session, inbound: Inbound, sender: Sender, outcome: Outcome, now: datetime) -> None:
        language = outcome.language or sender.language
        if sender.contact_id is None:
            opted_out_at = now if outcome.opted_out else None
            note_contact(session, self.vault, inbound.channel, inbound.address, language, now, opted_out_at)
            return
        if not sender.introduced or language != sender.language:
            values = {"introduced_at": now, "language": language}
            session.execute(update(Contact).where(Contact.id == sender.contact_id).values(values))
        if outcome.opted_out is not None:
            set_opted_out(session, sender.contact_id, now if outcome.opted_out else None)


def _sender(arrival: Arrival, inbound: Inbound, whose: bytes) -> Sender:
    known = arrival.sender
    if known is None:
        return Sender(inbound.channel, whose, language_of(inbound), erasable=inbound.erasable)
    return Sender(
        inbound.channel,
        whose,
        known.language,
        known.contact_id,
        introduced=known.introduced_at is not None,
        opted_out=known.opted_out_at is not None,
        serves=arrival.serves,
        erasable=inbound.erasable,
    )
