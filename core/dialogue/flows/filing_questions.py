"""The questions of a filing: what is wrong, in which words, whether to be told, and whether it shall be sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.dialogue.flows.board import board_of
from core.dialogue.prompt import Awaits, Choice, Prompt, numbered
from core.dialogue.turn import Turn
from core.domain.case import OBJECTIONS, CaseKind, Ground
from core.services import lists
from core.texts import _

Data = dict[str, Any]

# What the steps of each kind are, in order; of none yet, which kind it is.
STEPS: dict[CaseKind | None, tuple[str, ...]] = {
    None: ("kind",),
    CaseKind.ENTRY: ("entry", "ground", "words", "told", "confirm"),
    CaseKind.MISSING: ("who", "words", "told", "confirm"),
    CaseKind.RECHECK: ("words", "confirm"),
    CaseKind.DEATH: ("words", "confirm"),
    CaseKind.PHONE: ("words", "confirm"),
    CaseKind.NAME: ("words", "confirm"),
    CaseKind.CALL_BACK: ("phone", "words", "confirm"),
}
NOTES = {
    CaseKind.DEATH: _("case.kind_death"),
    CaseKind.PHONE: _("case.kind_phone"),
    CaseKind.NAME: _("case.kind_name"),
    CaseKind.CALL_BACK: _("case.kind_call_back"),
}
_GROUNDS = {
    Ground.AGE: _("ground.age"),
    Ground.HUKOU: _("ground.hukou"),
    Ground.CHILDREN: _("ground.children"),
    Ground.BIRTH_RULES: _("ground.birth_rules"),
    Ground.PAPERS: _("ground.papers"),
    Ground.OTHER: _("ground.other"),
}
# In which words something is asked for; who is missing must be named, and so must the dead, the number and the name.
_WORDS = {
    CaseKind.ENTRY: _("case.words_entry"),
    CaseKind.MISSING: _("case.words_missing"),
    CaseKind.RECHECK: _("case.words_recheck"),
    CaseKind.DEATH: _("case.words_death"),
    CaseKind.PHONE: _("case.words_phone"),
    CaseKind.NAME: _("case.words_name"),
    CaseKind.CALL_BACK: _("case.words_call_back"),
}
MAY_SKIP_WORDS = frozenset({CaseKind.ENTRY, CaseKind.RECHECK, CaseKind.CALL_BACK})
SKIP = "skip"


def kind_of(data: Data) -> CaseKind | None:
    """The kind of what is being filed, where it is chosen."""
    return CaseKind(data["kind"]) if data.get("kind") else None


def question(turn: Turn, step: str, data: Data) -> Prompt:
    """The question of that step."""
    return _PLAIN[step](turn) if step in _PLAIN else _ABOUT[step](turn, data)


def _kind(turn: Turn) -> Prompt:
    choices = numbered(*((str(kind), turn.say(label)) for kind, label in NOTES.items()))
    return Prompt(turn.say("case.which_kind"), choices, Awaits.CHOICE)


def _entry(turn: Turn) -> Prompt:
    return Prompt(turn.say("case.which_entry"), awaits=Awaits.DIGITS)


def _ground(turn: Turn, data: Data) -> Prompt:
    is_open = board_of(turn, data["village"]).posting is not None
    line = lists.line(turn.session, turn.vault, data["list"], data["entry"], open_now=is_open)
    text = turn.say("case.which_ground", entry=data["entry"], name=line.name if line else "")
    choices = numbered(*((str(ground), turn.say(label)) for ground, label in _GROUNDS.items()))
    return Prompt(text, choices, Awaits.CHOICE)


def _who(turn: Turn) -> Prompt:
    choices = numbered(("self", turn.say("case.who_self")), ("other", turn.say("case.who_other")))
    return Prompt(turn.say("case.who"), choices, Awaits.CHOICE)


def _phone(turn: Turn) -> Prompt:
    if turn.sender.channel != "sms":
        return Prompt(turn.say("case.which_phone"), awaits=Awaits.DIGITS)
    return Prompt(turn.say("case.this_phone"), numbered(("own", turn.say("case.own_phone"))), Awaits.DIGITS)


def _words(turn: Turn, data: Data) -> Prompt:
    kind = CaseKind(data["kind"])
    key = _("case.words_wall") if data.get("wall") else _WORDS[kind]
    if data.get("who") == "self":
        key = _("case.words_missing_self")
    skip = (Choice(SKIP, turn.say("case.skip"), "0"),) if kind in MAY_SKIP_WORDS else ()
    return Prompt(turn.say(key), skip, Awaits.WORDS)


def _told(turn: Turn) -> Prompt:
    choices = numbered(("yes", turn.say("case.tell_me")), ("no", turn.say("case.anonymous")))
    return Prompt(turn.say("case.told"), choices, Awaits.CHOICE)


def _confirm(turn: Turn, data: Data) -> Prompt:
    anonymous = data.get("told") == "no"
    text = turn.say(
        "case.confirm",
        what=_what(turn, data),
        told=turn.say(_("case.will_not_be_told") if anonymous else _("case.will_be_told")),
        late=turn.say("case.is_late") if is_late(turn, data) else "",
    )
    return Prompt(text, numbered(("yes", turn.say("case.send")), ("no", turn.say("case.drop"))), Awaits.CHOICE)


def is_late(turn: Turn, data: Data) -> bool:
    """Whether it is an objection to a list that is not open any more."""
    board = board_of(turn, data["village"])
    is_open = board.posting is not None and board.published is not None and board.published.id == data["list"]
    return kind_of(data) in OBJECTIONS and not is_open


def _what(turn: Turn, data: Data) -> str:
    kind = kind_of(data)
    if data.get("wall"):
        return turn.say("case.what_wall", entry=data["entry"])
    if kind is CaseKind.ENTRY:
        return turn.say("case.what_entry", entry=data["entry"], ground=turn.say(_GROUNDS[Ground(data["ground"])]))
    if kind is CaseKind.MISSING:
        return turn.say("case.what_missing")
    return turn.say(NOTES.get(kind, _("case.what_recheck")) if kind else _("case.what_recheck"))


_PLAIN: dict[str, Callable[[Turn], Prompt]] = {
    "kind": _kind,
    "entry": _entry,
    "who": _who,
    "phone": _phone,
    "told": _told,
}
_ABOUT: dict[str, Callable[[Turn, Data], Prompt]] = {"ground": _ground, "words": _words, "confirm": _confirm}
