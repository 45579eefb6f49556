"""An open list to read: page by page, the own village first, and one entry by its number; only what may be posted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from core.days import span
from core.dialogue.flows.board import FLOW, LEVELS, board_of, place_name
from core.dialogue.paging import fits, more
from core.dialogue.prompt import Awaits, Choice, Prompt
from core.dialogue.turn import Outcome, Turn, asks
from core.domain.application import ChildrenGround
from core.domain.area import Level
from core.domain.published_list import PublishedList
from core.services import lists, villages
from core.services.lists import Line
from core.services.windows import Window
from core.texts import _

# What a page may take by SMS.
_SEGMENTS = 3
_READ_AT_ONCE = 20

_SEX = {"female": _("list.female"), "male": _("list.male")}
_GROUNDS = {
    ChildrenGround.ONE_CHILD: _("list.one_child"),
    ChildrenGround.TWO_DAUGHTERS: _("list.two_daughters"),
    ChildrenGround.OTHER: _("list.other_ground"),
    None: _("list.no_ground"),
}


@dataclass(frozen=True)
class Reading:
    """The open list that somebody reads, and where he is: after which number, in his village or in all."""

    village_id: int
    posting: Window
    published: PublishedList
    after: int = 0
    everywhere: bool = False

    def to_data(self) -> dict[str, Any]:
        """As kept in the talk."""
        return {"village": self.village_id, "after": self.after, "everywhere": self.everywhere}

    def after_number(self, number: int) -> Reading:
        """The page that begins after that number."""
        return replace(self, after=number)

    def of_all_villages(self) -> Reading:
        """The whole list from its beginning."""
        return replace(self, after=0, everywhere=True)


def reading_of(turn: Turn, data: dict[str, Any]) -> Reading | None:
    """The reading that `to_data` kept; None where the list is not open any more."""
    board = board_of(turn, data["village"])
    if board.posting is None or board.published is None:
        return None
    place = data.get("after", 0), data.get("everywhere", False)
    return Reading(board.village_id, board.posting, board.published, *place)


def show_page(turn: Turn, reading: Reading) -> Outcome:
    """As many lines as three segments hold, and how to go on: to the next page, then to the other villages."""
    whose = None if reading.everywhere else reading.village_id
    found = lists.lines(turn.session, turn.vault, reading.published.id, whose, reading.after, _READ_AT_ONCE)
    lines = [_in_short(turn, line, everywhere=reading.everywhere) for line in found]
    head = _head(turn, reading) if found else turn.say("list.nobody")
    for shown in range(len(lines), -1, -1):
        rest = shown < len(found) or len(found) == _READ_AT_ONCE
        prompt = Prompt("\n".join([head, *lines[:shown]]), _onwards(turn, reading, rest=rest), Awaits.DIGITS)
        if shown <= 1 or fits(turn, prompt, _SEGMENTS):
            break
    following = found[shown - 1].number if found else reading.after
    return asks(FLOW, "page", prompt, {**reading.to_data(), "next": following})


def show_entry(turn: Turn, reading: Reading, number: int) -> Outcome:
    """Who stands at that number, and what can be said against it: by one digit that the wall shows somebody else."""
    line = lists.line(turn.session, turn.vault, reading.published.id, number)
    choices = [more(turn, _("list.go_on"))]
    if line is None:
        text = turn.say("list.no_such_entry", entry=number)
    elif line.withdrawn:
        text = turn.say("list.entry_withdrawn", entry=number)
    else:
        text = turn.say("list.entry", **_fields(turn, line, _where(turn, line)))
        against = (("wall", turn.say("list.wall_differs"), "1"), ("wrong", turn.say("list.not_entitled"), "2"))
        choices = [*(Choice(*each) for each in against), *choices]
    return asks(FLOW, "entry", Prompt(text, tuple(choices), Awaits.DIGITS), {**reading.to_data(), "entry": number})


def _onwards(turn: Turn, reading: Reading, *, rest: bool) -> tuple[Choice, ...]:
    if rest:
        return (more(turn, _("list.more")),)
    if reading.everywhere or reading.published.level == Level.VILLAGE:
        return ()
    return (Choice("everywhere", turn.say("list.everywhere"), "0"),)


def _head(turn: Turn, reading: Reading) -> str:
    village = place_name(turn, villages.place(turn.session, reading.village_id))
    posting = reading.posting
    return turn.say(
        "list.head",
        where=turn.say("list.all_villages") if reading.everywhere else village,
        level=turn.say(LEVELS[Level(posting.window)]),
        year=posting.year,
        when=span(turn.say, posting.opens, posting.closes, turn.now.date()),
        count=lists.count(turn.session, reading.published.id, None if reading.everywhere else reading.village_id),
        phone=turn.settings.report_phone,
    )


def _in_short(turn: Turn, line: Line, *, everywhere: bool) -> str:
    if line.withdrawn:
        return turn.say("list.line_withdrawn", entry=line.number)
    where = _where(turn, line) if everywhere else _group(turn, line)
    return " ".join(turn.say("list.line", **_fields(turn, line, where)).split())


def _fields(turn: Turn, line: Line, where: str) -> dict[str, object]:
    return {
        "entry": line.number,
        "name": line.name,
        "sex": turn.say(_SEX[line.sex]),
        "where": where,
        "born": line.born,
        "ground": turn.say(_GROUNDS[line.ground]),
    }


def _where(turn: Turn, line: Line) -> str:
    return turn.say("list.where", village=line.village, group=_group(turn, line)).strip()


def _group(turn: Turn, line: Line) -> str:
    """The village group as the office writes it; of a bare number it is said what it is."""
    return turn.say("list.group", group=line.group) if line.group.isdecimal() else line.group
