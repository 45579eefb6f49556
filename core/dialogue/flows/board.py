"""What hangs for a village today, and the question what to do with it: the hub of all that concerns lists."""

from __future__ import annotations

from dataclasses import dataclass

from core.days import day
from core.dialogue.prompt import Awaits, Choice, Prompt
from core.dialogue.turn import Outcome, Turn, asks
from core.domain.area import Level
from core.domain.contact import Language
from core.domain.published_list import PublishedList
from core.errors import NotFound
from core.services import lists
from core.services.villages import Place
from core.services.windows import Window, next_posting, open_posting
from core.texts import _

FLOW, STEP = "list", "board"

LEVELS = {Level.VILLAGE: _("level.village"), Level.TOWNSHIP: _("level.township"), Level.DISTRICT: _("level.district")}

# Digit, id and label; a digit means the same whether a list is open or not.
_SEE = ("1", "see", _("list.see"))
_OPEN = (_SEE, ("2", "entry", _("list.wrong")), ("3", "missing", _("list.missing")))
_LATE = (("2", "entry", _("list.wrong_late")), ("3", "missing", _("list.missing_late")))
_ALWAYS = (("4", "follow", _("list.follow")), ("5", "tell", _("list.tell")))


@dataclass(frozen=True)
class Board:
    """The posting that is open for the village, and its list; outside of all, no posting and the list of this year that
    hung last, if any did."""

    village_id: int
    posting: Window | None
    published: PublishedList | None


def board_of(turn: Turn, village_id: int) -> Board:
    """The board of the village today. A list whose window has just opened is frozen by this."""
    today = turn.now.date()
    posting = open_posting(turn.session, village_id, today)
    if posting is not None:
        try:
            published = lists.current(turn.session, turn.vault, posting.window, village_id, today, turn.now)
        except NotFound:
            published = None  # a village that lies in no township, of a register not yet whole
        if published is not None:
            return Board(village_id, posting, published)
    return Board(village_id, None, lists.last_list(turn.session, village_id, today))


def show_board(turn: Turn, village_id: int, notice: str = "") -> Outcome:
    """The board, and what can be done: by digits, the same ones whether a list is open or not."""
    board = board_of(turn, village_id)
    text = _open_text(turn, board) if board.posting else _closed_text(turn, village_id)
    places = (*(_OPEN if board.posting else _LATE if board.published else ()), *_ALWAYS)
    choices = tuple(Choice(choice, turn.say(label), digit) for digit, choice, label in places)
    prompt = Prompt(notice or text, choices, Awaits.CHOICE)
    return asks(FLOW, STEP, prompt, {"village": village_id})


def place_name(turn: Turn, place: Place) -> str:
    """The place's name in the sender's language, as far as it has one."""
    english = turn.sender.language is Language.ENGLISH
    return (english and place.name_en) or place.name


def _open_text(turn: Turn, board: Board) -> str:
    today, posting, published = turn.now.date(), board.posting, board.published
    if posting is None or published is None:
        return ""
    return turn.say(
        "list.open",
        level=turn.say(LEVELS[Level(posting.window)]),
        closes=day(turn.say, posting.closes, today),
        days=posting.days_left(today),
        count=published.entries,
        code=published.board_code,
    )


def _closed_text(turn: Turn, village_id: int) -> str:
    today = turn.now.date()
    coming = next_posting(turn.session, village_id, today)
    level = turn.say(LEVELS[Level(coming.window)])
    return turn.say("list.closed", level=level, opens=day(turn.say, coming.opens, today))
