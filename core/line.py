"""The line: one inbound message from any channel in, the reply out, everything it changed committed before that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from prometheus_client import Counter
from sqlalchemy import Row, and_, bindparam, literal, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.clock import SchemeClock, machine_now
from core.confidentiality.vault import Vault
from core.db import Sessions
from core.delivery.inbox import KEPT_FOR, InboxRow, forget_answers, keep_answer
from core.dialogue import engine, keywords
from core.dialogue.language import language_of
from core.dialogue.prompt import Inbound, Prompt, Reply
from core.dialogue.session import DialogueSession, Superseded, open_talk, save_talk
from core.dialogue.turn import Outcome, Pondering, Sender, Turn
from core.domain.contact import Contact, Language
from core.errors import Unavailable
from core.faq import Catalogue, Finder, Finding
from core.group_commit import GroupCommit
from core.policy import calendar
from core.services.contacts import address_hash, note_contact, set_opted_out
from core.settings import Settings
from core.texts import _, speaker

TAKEN_AGAIN = 5

answered = Counter("jiangfu_inbound_total", "Messages answered", ["channel", "outcome"])

# All that must be known of a message before it is understood, in one statement: was it answered, who sent it, what
# was under way.
_ARRIVAL = (
    select(
        InboxRow.answer,
        InboxRow.received_at,
        Contact.id.label("contact_id"),
        Contact.language,
        Contact.introduced_at,
        Contact.opted_out_at,
        DialogueSession.state,
        DialogueSession.revision,
        DialogueSession.expires_at,
    )
    .select_from(select(literal(1).label("one")).subquery())
    .join(InboxRow, InboxRow.id_hash == bindparam("id_hash"), isouter=True)
    .join(
        Contact,
        and_(Contact.channel == bindparam("channel"), Contact.address_hash == bindparam("address_hash")),
        isouter=True,
    )
    .join(DialogueSession, DialogueSession.address_hash == bindparam("address_hash"), isouter=True)
)


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
        """Load what the first messages would have to wait for: the question finder, the words, the calendar."""
        keywords.recognise("菜单")
        calendar.postings_of(self.clock.today().year)
        self.finder.warm()

    def not_saved(self) -> Reply:
        """What is said when the database is away. It is not kept: the next try is taken afresh."""
        return Reply((Prompt(speaker(Language.CHINESE)(_("not_saved"))),))

    def _answer(self, inbound: Inbound) -> Reply:
        findings: dict[str, Finding] = {}
        for _attempt in range(TAKEN_AGAIN):
            try:
                reply = self.commit.run(lambda session: self._try(session, inbound, findings))
            except (Superseded, IntegrityError):
                continue  # another worker was first with this message or this person; look at what it left
            if isinstance(reply, Reply):
                return reply
            findings[reply.question] = self.finder.find(reply.question)
        raise Unavailable

    def _try(self, session: Session, inbound: Inbound, findings: Mapping[str, Finding]) -> Reply | Pondering:
        try:
            return self._take(session, inbound, findings)
        except Pondering as question:
            return question  # as a value: nothing was written yet, and whoever shares the transaction goes on

    def _take(self, session: Session, inbound: Inbound, findings: Mapping[str, Finding]) -> Reply:
        whose = address_hash(self.vault, inbound.channel, inbound.address)
        provider_id = f"{inbound.channel}:{inbound.provider_id}"
        keys = {"id_hash": self.vault.lookup("inbox", provider_id), "channel": inbound.channel, "address_hash": whose}
        arrival = session.connection().execute(_ARRIVAL, keys).one()
        if arrival.answer is not None and machine_now() - arrival.received_at <= KEPT_FOR:
            return Reply.from_json(self.vault.open_answer(provider_id, arrival.answer))
        if arrival.answer is not None:
            forget_answers(session, machine_now())  # too old to count, and not yet tidied away
        now = self.clock.now()
        sender = _sender(arrival, inbound, whose)
        talk = open_talk(self.vault, arrival.state, arrival.revision)
        ended = talk is not None and now >= arrival.expires_at
        turn = Turn(session, self.vault, self.settings, self.catalogue, findings, sender, now)
        outcome = engine.respond(turn, inbound, talk, ended)
        reply = self._introduced(turn, outcome)
        self._note_sender(session, inbound, sender, outcome, now)
        if talk is not None or outcome.talk is not None:  # one that stays as it was is no longer idle either
            save_talk(session, self.vault, whose, talk, outcome.talk, now)
        keep_answer(session, self.vault, provider_id, reply.to_json(), machine_now())
        return reply

    def _introduced(self, turn: Turn, outcome: Outcome) -> Reply:
        if not turn.sender.introduced:
            spoken = turn.in_language(outcome.language or turn.sender.language)
            outcome = outcome.preceded_by(Prompt(spoken.say("first_contact")))
        return Reply(outcome.prompts, outcome.talk.revision if outcome.talk else 0)

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


def _sender(arrival: Row[*tuple[Any, ...]], inbound: Inbound, whose: bytes) -> Sender:
    if arrival.contact_id is None:
        return Sender(inbound.channel, whose, language_of(inbound))
    return Sender(
        inbound.channel,
        whose,
        arrival.language,
        arrival.contact_id,
        introduced=arrival.introduced_at is not None,
        opted_out=arrival.opted_out_at is not None,
    )
