"""Every message about lists, objections and notes, drawn with the longest values of a large district."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest

from core.dialogue.flows import board, filing_answers, filing_questions, list_pages, status, village_choice
from core.dialogue.flows.board import Board
from core.dialogue.flows.filing_answers import Unclear, taken
from core.dialogue.flows.filing_questions import STEPS, Data, question
from core.dialogue.flows.list_pages import Reading, show_entry, show_page
from core.dialogue.flows.status import StatusFlow
from core.dialogue.prompt import Prompt
from core.dialogue.session import Talk
from core.dialogue.turn import Answer, Turn
from core.domain.application import ChildrenGround
from core.domain.area import Level
from core.domain.case import CaseKind, Ground
from core.domain.published_list import PublishedList
from core.services.lists import Line
from core.services.villages import Place
from core.services.year_calendar import Window

Drawn = Iterator[tuple[str, Prompt]]

LEVELS = (Level.VILLAGE, Level.TOWNSHIP, Level.DISTRICT)
ENTRIES = 1280
VILLAGE = Place(1, "清水塘社区", "Qingshuitang Community")
VILLAGES = [replace(VILLAGE, id=number) for number in range(1, 40)]
# The longest that its fields may be where a prompt carries a name: four characters, as some surnames have two.
PERSON = Line(ENTRIES, "欧阳桂兰", "female", VILLAGE.name, "第十二村民小组", 1950, ChildrenGround.TWO_DAUGHTERS, False)
ANSWERS = {"entry": ENTRIES, "ground": Ground.BIRTH_RULES, "who": "self", "phone": "own", "words": "话"}
WRONG = ("", "1280", "长" * 301, "不知道")


def boards(turn: Turn) -> Drawn:
    """The board with a list open at each level, on its first day; and closed, before and after the first list."""
    for level in LEVELS:
        with hanging(turn, level):
            yield f"board, {level} list open", board.show_board(turn, 1).prompts[0]
    for published in (None, _published(turn, Level.VILLAGE)):
        with hanging(turn, None, published), pytest.MonkeyPatch.context() as patch:
            for level in LEVELS:
                coming = Window(
                    level, turn.now.year + 1, date(turn.now.year + 1, 12, 30), date(turn.now.year + 1, 12, 31)
                )
                patch.setattr(board, "next_posting", lambda *_, coming=coming: coming)
                yield f"board closed, {level} list next", board.show_board(turn, 1).prompts[0]


def villages(turn: Turn) -> Drawn:
    """Each page of the choice of a township and of a village."""
    for step in village_choice.STEPS:
        outcome = village_choice._ask(turn, step, VILLAGES)
        while True:
            yield f"choice of {step}", outcome.prompts[0]
            assert outcome.talk is not None
            if not outcome.talk.data["next"]:
                break
            outcome = village_choice._ask(turn, step, VILLAGES, outcome.talk.data["next"])


def entries(turn: Turn) -> Drawn:
    """One entry, with what can be said against it; one that was withdrawn, and one that there is not."""
    for line in (PERSON, replace(PERSON, withdrawn=True), None):
        with hanging(turn, Level.DISTRICT), pytest.MonkeyPatch.context() as patch:
            patch.setattr(list_pages, "lists", _register([], line))
            yield f"entry {line}", show_entry(turn, _reading(turn, Level.DISTRICT), ENTRIES).prompts[0]


def filings(turn: Turn) -> Drawn:
    """Each question of each kind of filing, and each that is asked again, early and late, told and anonymous."""
    for kind, steps in STEPS.items():
        for is_open in (True, False):
            with hanging(turn, Level.DISTRICT if is_open else None), pytest.MonkeyPatch.context() as patch:
                for module in (filing_questions, filing_answers):
                    patch.setattr(module, "lists", _register([], PERSON))
                for data in _datas(kind):
                    for step in steps:
                        yield from _asked(turn, step, data, f"{kind} {step}, {'open' if is_open else 'late'}")


def refusals(turn: Turn) -> Drawn:
    """What can be done against a refusal, before and after a re-check was asked for."""
    for may in (True, False):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(status, "may_ask_for_recheck", lambda *_, may=may: may)
            patch.setattr(status.status, "reason_of", lambda *_: "")
            talk = Talk("status", "shown", {"application": 1, "person": 1})
            for prompt in StatusFlow()._reason(turn, talk).prompts:
                yield "a refusal", prompt


def pages(turn: Turn) -> Drawn:
    """Each page of a long list, of the own village and of all, with its longest lines."""
    for level in LEVELS:
        for everywhere in (False, True):
            lines = [
                replace(PERSON, number=number, withdrawn=number % 5 == 0) for number in range(ENTRIES - 40, ENTRIES)
            ]
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(list_pages, "lists", _register(lines, None))
                patch.setattr(list_pages, "villages", SimpleNamespace(place=lambda *_: VILLAGE))
                after = 0
                while after < ENTRIES - 1:
                    reading = replace(_reading(turn, level), after=after, everywhere=everywhere)
                    outcome = show_page(turn, reading)
                    yield f"page of the {level} list after {after}", outcome.prompts[0]
                    assert outcome.talk is not None
                    assert outcome.talk.data["next"] > after
                    after = outcome.talk.data["next"]


@contextmanager
def hanging(turn: Turn, level: Level | None, published: PublishedList | None = None) -> Iterator[None]:
    """While the list of that level is open; with none, while all are closed."""
    shown = Board(1, None, published)
    if level is not None:
        reading = _reading(turn, level)
        shown = Board(1, reading.posting, reading.published)
    with pytest.MonkeyPatch.context() as patch:
        for module in (board, list_pages, filing_questions):
            patch.setattr(module, "board_of", lambda *_: shown)
        yield


def _reading(turn: Turn, level: Level) -> Reading:
    last = date(turn.now.year, 12, 30)
    return Reading(1, Window(level, turn.now.year, date(turn.now.year, 12, 1), last), _published(turn, level))


def _published(turn: Turn, level: Level) -> PublishedList:
    return PublishedList(id=1, year=turn.now.year, level=level, area_id=1, board_code="4821", entries=ENTRIES)


def _register(lines: list[Line], line: Line | None) -> SimpleNamespace:
    def following(
        _session: object, _vault: object, _list: int, _village: int | None, after: int, limit: int
    ) -> list[Line]:
        return [each for each in lines if each.number > after][:limit]

    return SimpleNamespace(lines=following, line=lambda *_, **__: line, count=lambda *_: ENTRIES)


def _datas(kind: CaseKind | None) -> Iterator[Data]:
    for told in ("yes", "no"):
        for wall in (False, True):
            if kind is CaseKind.ENTRY or not wall:
                yield {"kind": kind, "village": 1, "list": 1, "told": told, "wall": wall, **ANSWERS}
    yield {"kind": kind, "village": 1, "list": 1, "told": "yes", **ANSWERS, "who": "other"}


def _asked(turn: Turn, step: str, data: Data, label: str) -> Drawn:
    for channel in ("sms", "telegram"):
        here = replace(turn, sender=replace(turn.sender, channel=channel))
        prompt = question(here, step, data)
        yield label, prompt
        for text in WRONG:
            try:
                taken(here, step, data, Answer(text))
            except Unclear as unclear:
                yield f"{label}, not understood", replace(prompt, text=unclear.said)
