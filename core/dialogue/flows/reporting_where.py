"""Where something happened and whom it concerns: asked before any text, because it decides whose key is left out."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.dialogue.flows.board import place_name
from core.dialogue.paging import MORE, page_of_choices
from core.dialogue.prompt import Awaits, Prompt, numbered
from core.dialogue.session import Talk
from core.dialogue.turn import Answer, Outcome, Turn, asks
from core.domain.area import Area, Level
from core.services.reports.charge import RANKS
from core.services.villages import Place
from core.text import as_digits, fold
from core.texts import _

_LEVELS = {"1": Level.VILLAGE, "2": Level.TOWNSHIP, "3": Level.DISTRICT}
_ALL = "4"
_LABELS = (
    ("1", _("report.level.village")),
    ("2", _("report.level.township")),
    ("3", _("report.level.district")),
    (_ALL, _("report.level.all")),
)
# What people leave out or add when they write the name of a place.
_ENDINGS = ("村民委员会", "居民委员会", "村委会", "居委会", "街道办事处", "办事处", "社区", "街道", "村", "乡", "镇")


def ask_area(turn: Turn, flow: str, key: str = _("report.area"), after: int = 0) -> Outcome:
    """Ask where it is: townships, offices and the district by digits, a village by its name."""
    places = [(str(place.id), place_name(turn, place)) for place in _above_villages(turn.session)]
    prompt, following = page_of_choices(turn, turn.say(key), places, after)
    return asks(flow, "area", prompt, {"next": following})


def take_area(turn: Turn, flow: str, talk: Talk, answer: Answer) -> Outcome:
    """Take the digit or the name, and ask for the levels."""
    if answer.choice == MORE:
        return ask_area(turn, flow, after=talk.data["next"])
    if answer.choice:
        return _ask_levels(turn, flow, int(answer.choice))
    named = _named(turn.session, answer.text)
    if len(named) == 1:
        return _ask_levels(turn, flow, named[0].id)
    if named:
        choices = [(str(area.id), _in_full(turn, area)) for area in named]
        prompt, _following = page_of_choices(turn, turn.say("report.area"), choices, 0)
        return asks(flow, "area", prompt, {"next": 0})
    return ask_area(turn, flow, _("report.area_unclear"))


def take_levels(turn: Turn, flow: str, talk: Talk, answer: Answer) -> frozenset[Level] | Outcome:
    """The levels chosen, one or several; the question again where the answer is neither."""
    chosen = set(answer.choice or as_digits(answer.text))
    if _ALL in chosen and chosen <= {*_LEVELS, _ALL}:
        return frozenset(_LEVELS.values())
    if chosen and chosen <= set(_LEVELS):
        return frozenset(_LEVELS[digit] for digit in chosen)
    return _ask_levels(turn, flow, talk.data["area"], _("report.levels_unclear"))


def _ask_levels(turn: Turn, flow: str, area_id: int, key: str = _("report.levels")) -> Outcome:
    choices = numbered(*((choice, turn.say(label)) for choice, label in _LABELS))
    prompt = Prompt(turn.say(key), choices, Awaits.CHOICE)
    return asks(flow, "levels", prompt, {"area": area_id})


def _above_villages(session: Session) -> list[Place]:
    """Townships and offices by code, then the district."""
    areas = sorted(session.scalars(select(Area)), key=lambda area: (RANKS[area.level], area.code))
    return [Place(area.id, area.name, area.name_en) for area in areas if RANKS[area.level] > 0]


def _named(session: Session, text: str) -> Sequence[Area]:
    """The areas of that name, however its ending is written."""
    wanted = _bare(text)
    if not wanted:
        return []
    areas = session.scalars(select(Area).order_by(Area.code)).all()
    exact = [area for area in areas if fold(text) in {fold(area.name), fold(area.name_en)}]
    return exact or [area for area in areas if _bare(area.name) == wanted]


def _bare(name: str) -> str:
    folded = fold(name).strip(" .。，,!！?？")
    ending = next((ending for ending in _ENDINGS if folded.endswith(ending) and folded != ending), "")
    return folded.removesuffix(ending)


def _in_full(turn: Turn, area: Area) -> str:
    """The name with that of what it lies in, for two villages that share a name."""
    above = turn.session.get(Area, area.parent_id) if area.parent_id is not None else None
    name = place_name(turn, Place(area.id, area.name, area.name_en))
    return f"{place_name(turn, Place(above.id, above.name, above.name_en))} {name}" if above else name
