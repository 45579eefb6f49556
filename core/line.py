"""The line: one inbound message from any channel in, the reply out, everything it changed committed before that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from core.delivery.inbox import KEPT_FOR, InboxRow, answer_row, forget_answers, keep_answers
from core.dialogue import engine, keywords
from core.dialogue.language import language_of
from core.dialogue.prompt import Inbound, Prompt, Reply
from core.dialogue.session import DialogueSession, Superseded, open_talk, save_talk
from core.dialogue.turn import Outcome, Pondering, Sender, Turn
from core.domain.application import Application
from core.domain.contact import Contact, ContactPerson, Language
from core.domain.person import Person
from core.errors import Unavailable
from core.faq import Catalogue, Finder, Finding
from core.group_commit import GroupCommit
from core.policy import calendar
from core.services.contacts import address_hash, note_contact, set_opted_out
from core.services.status import LATEST, STANDING, Standing
from core.settings import Settings
from core.texts import _, speaker

TAKEN_AGAIN = 5

answered = Counter("jiangfu_inbound_total", "Messages answered", ["channel", "outcome"])

# All that must be known of a message before it is understood, in one statement: was it answered, who sent it, what
# was under way, and where the applications stand of those whom the address serves (a row each).
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
        *STANDING,
    )
    .select_from(select(literal(1).label("one")).subquery())
    .join(InboxRow, InboxRow.id_hash == bindparam("id_hash"), isouter=True)
    .join(
        Contact,
        and_(Contact.channel == bindparam("channel"), Contact.address_hash == bindparam("address_hash")),
        isouter=True,
    )
    .join(DialogueSession, DialogueSession.address_hash == bindparam("address_hash"), isouter=True)
    .join(ContactPerson, ContactPerson.contact_id == Contact.id, isouter=True)
    .join(Person, Person.id == ContactPerson.person_id, isouter=True)
    .join(Application, LATEST, isouter=True)
    .order_by(Person.id)
)


@dataclass(frozen=True)
class Taken:
    """What became of a message in a transaction: the reply and the inbox row that is to keep it (none where it was
    kept before), or the question that must be looked up first."""

    reply: Reply = Reply(())  # noqa: RUF009 - it cannot be changed
    row: Mapping[str, Any] | None = None
    pondering: Pondering | None = None


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
                taken = self.commit.run(lambda session: self._try(session, inbound, findings), _keep_answers)
            except (Superseded, IntegrityError):
                continue  # another worker was first with this message or this person; look at what it left
            if taken.pondering is None:
                return taken.reply
            question = taken.pondering.question
            findings[question] = self.finder.find(question)
        raise Unavailable

    def _try(self, session: Session, inbound: Inbound, findings: Mapping[str, Finding]) -> Taken:
        try:
            return self._take(session, inbound, findings)
        except Pondering as question:
            return Taken(pondering=question)  # nothing was written yet, and whoever shares the transaction goes on

    def _take(self, session: Session, inbound: Inbound, findings: Mapping[str, Finding]) -> Taken:
        whose = address_hash(self.vault, inbound.channel, inbound.address)
        provider_id = f"{inbound.channel}:{inbound.provider_id}"
        keys = {"id_hash": self.vault.lookup("inbox", provider_id), "channel": inbound.channel, "address_hash": whose}
        rows = session.connection().execute(_ARRIVAL, keys).all()
        arrival = rows[0]
        if arrival.answer is not None and machine_now() - arrival.received_at <= KEPT_FOR:
            return Taken(Reply.from_json(self.vault.open_answer(provider_id, arrival.answer)))
        if arrival.answer is not None:
            forget_answers(session, machine_now())  # too old to count, and not yet tidied away
        now = self.clock.now()
        sender = _sender(rows, inbound, whose)
        talk = open_talk(self.vault, arrival.state, arrival.revision)
        ended = talk is not None and now >= arrival.expires_at
        turn = Turn(session, self.vault, self.settings, self.catalogue, findings, sender, now)
        outcome = engine.respond(turn, inbound, talk, ended)
        reply = self._introduced(turn, outcome)
        self._note_sender(session, inbound, sender, outcome, now)
        if talk is not None or outcome.talk is not None:  # one that stays as it was is no longer idle either
            save_talk(session, self.vault, whose, talk, outcome.talk, now)
        return Taken(reply, answer_row(self.vault, provider_id, reply.to_json(), machine_now()))

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


def _sender(rows: Sequence[Row[*tuple[Any, ...]]], inbound: Inbound, whose: bytes) -> Sender:
    arrival = rows[0]
    if arrival.contact_id is None:
        return Sender(inbound.channel, whose, language_of(inbound))
    return Sender(
        inbound.channel,
        whose,
        arrival.language,
        arrival.contact_id,
        introduced=arrival.introduced_at is not None,
        opted_out=arrival.opted_out_at is not None,
        serves=tuple(Standing(*row[-len(STANDING) :]) for row in rows if row.person_id is not None),
    )
