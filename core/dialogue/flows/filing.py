"""Filing what somebody has to say (an objection, who is missing, a re-check, a note), question by question."""

from __future__ import annotations

from typing import Any

from core.days import day
from core.dialogue.flows import menu
from core.dialogue.flows.board import show_board
from core.dialogue.flows.filing_answers import Unclear, taken
from core.dialogue.flows.filing_questions import NOTES, STEPS, Data, kind_of, question
from core.dialogue.prompt import Awaits, Prompt
from core.dialogue.session import Talk
from core.dialogue.turn import Answer, Outcome, Turn, asks
from core.domain.case import CaseKind, CaseState, Ground
from core.domain.case_number import in_groups
from core.domain.contact import Contact, Language
from core.domain.published_list import PublishedList
from core.services.cases.raising import Matter, Raised, TooMany, may_ask_for_recheck, may_raise, raise_case
from core.texts import _, speaker

FLOW = "case"


def begin(
    turn: Turn,
    kind: CaseKind | None,
    village_id: int,
    published: PublishedList | None = None,
    known: dict[str, Any] | None = None,
) -> Outcome:
    """Ask the first question about a matter of that kind (None: which note it is); `known` are answers that need no
    asking. Whoever has filed as much as one may a day is told so at once."""
    if not may_raise(turn.session, turn.vault, turn.sender.address_hash, turn.now):
        return _too_many(turn)
    known = known or {}
    whose = {"kind": kind, "village": village_id, "list": published.id if published else None}
    return _next(turn, {**whose, **known, "known": list(known)})


class FilingFlow:
    """Steps are those of `filing_questions.STEPS`. What was written is kept in the sealed talk until it is filed or
    dropped, and no longer."""

    name = FLOW

    def start(self, turn: Turn) -> Outcome:
        """A filing begins elsewhere: at the board, or under a refusal."""
        return menu.show(turn)

    def resume(self, turn: Turn, talk: Talk, answer: Answer) -> Outcome | None:
        """Take an answer and ask the next question; at the end, file."""
        try:
            value = taken(turn, talk.step, talk.data, answer)
        except Unclear as unclear:
            return _ask(turn, talk.step, talk.data, unclear.said)
        if talk.step != "confirm":
            return _next(turn, {**talk.data, talk.step: value})
        return _file(turn, talk.data) if value == "yes" else menu.show(turn, turn.say("case.dropped"))

    def back(self, turn: Turn, talk: Talk) -> Outcome | None:
        """Take back the last answer; before the first, to where the filing began."""
        data, kind = dict(talk.data), kind_of(talk.data)
        answered = [step for step in STEPS[kind] if step in data and step not in data["known"] and step != "kind"]
        if answered:
            del data[answered[-1]]
            return _next(turn, data)
        if kind in NOTES:
            return _next(turn, {**data, "kind": None})
        return None if kind is CaseKind.RECHECK else show_board(turn, data["village"])


def _next(turn: Turn, data: Data) -> Outcome:
    step = next(step for step in STEPS[kind_of(data)] if data.get(step) is None)
    return _ask(turn, step, data)


def _ask(turn: Turn, step: str, data: Data, instead: str = "") -> Outcome:
    prompt = question(turn, step, data)
    free_text = {"awaits": prompt.awaits} if prompt.awaits is Awaits.WORDS else {}
    kept = {name: value for name, value in data.items() if name != "awaits"}
    return asks(FLOW, step, Prompt(instead or prompt.text, prompt.choices, prompt.awaits), {**kept, **free_text})


def _file(turn: Turn, data: Data) -> Outcome:
    application_id = data.get("application")
    if application_id is not None and not may_ask_for_recheck(turn.session, application_id):
        return Outcome((Prompt(turn.say("case.recheck_once")),))
    contact_id = None if data.get("told") == "no" else turn.sender.contact_id
    days = turn.settings.objection_days
    try:
        raised = raise_case(
            turn.session, turn.vault, _matter(turn, data), turn.sender.address_hash, contact_id, days, turn.now
        )
    except TooMany:
        return _too_many(turn)
    # No talk goes on: neither the number nor what was written is kept with the address.
    return Outcome((Prompt(_filed(turn, raised, told=contact_id is not None)),))


def _matter(turn: Turn, data: Data) -> Matter:
    published = turn.session.get(PublishedList, data["list"]) if data["list"] is not None else None
    return Matter(
        kind=CaseKind(data["kind"]),
        village_id=data["village"],
        words=_in_words(turn, data),
        ground=Ground(data["ground"]) if data.get("ground") else None,
        published=published,
        entry_number=data.get("entry"),
        application_id=data.get("application"),
    )


def _in_words(turn: Turn, data: Data) -> str:
    """What was written, after what was chosen and has no column of its own; the office reads Chinese."""
    office, said = speaker(Language.CHINESE), []
    if data.get("wall"):
        said.append(office(_("case.note_wall")))
    if data.get("who"):
        said.append(office(_("case.note_self") if data["who"] == "self" else _("case.note_other")))
    if data.get("phone"):
        said.append(office(_("case.note_phone"), phone=_phone(turn) if data["phone"] == "own" else data["phone"]))
    return " ".join([*said, data["words"]]).strip()


def _phone(turn: Turn) -> str:
    contact = turn.session.get(Contact, turn.sender.contact_id)
    return turn.vault.open(Contact.address, contact.address) if contact else ""


def _filed(turn: Turn, raised: Raised, *, told: bool) -> str:
    if raised.state is CaseState.LATE:
        key = _("case.filed_late")
    else:
        key = _("case.filed_told") if told else _("case.filed_anonymous")
    return turn.say(key, number=in_groups(raised.number), due=day(turn.say, raised.due_on, turn.now.date()))


def _too_many(turn: Turn) -> Outcome:
    return Outcome((Prompt(turn.say("case.too_many", phone=turn.settings.office_phone)),))
