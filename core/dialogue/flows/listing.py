"""The lists: what hangs on the board, who stands on it, and the ways from there to what somebody wants to say."""

from __future__ import annotations

from core.dialogue.entry_numbers import bare_number, entry_named
from core.dialogue.flows import filing, following
from core.dialogue.flows.board import FLOW, STEP, board_of, show_board
from core.dialogue.flows.list_pages import reading_of, show_entry, show_page
from core.dialogue.flows.village_choice import STEPS, ask_village, take_village
from core.dialogue.paging import MORE
from core.dialogue.session import Talk
from core.dialogue.turn import Answer, Outcome, Turn
from core.domain.case import CaseKind, Ground


class ListFlow:
    """Steps: `own_village`, `township`, `village` (which one), `board` (what to do), `page` and `entry` (reading)."""

    name = FLOW

    def start(self, turn: Turn) -> Outcome:
        """The board of the sender's village; first the question which one, where that is not known."""
        return ask_village(turn)

    def resume(self, turn: Turn, talk: Talk, answer: Answer) -> Outcome | None:
        """Take a choice, or the number of an entry from wherever a list is open."""
        if talk.step in STEPS:
            return take_village(turn, talk, answer)
        named = entry_named(answer.text)
        choice = "" if named else answer.choice
        number = named or ("" if choice else bare_number(answer.text))
        if talk.step == STEP and choice:
            return self._from_board(turn, talk, choice)
        reading = reading_of(turn, talk.data)
        if reading is None:
            return show_board(turn, talk.data["village"]) if number or choice else None
        if number:
            return show_entry(turn, reading, int(number))
        return self._from_list(turn, talk, choice) if choice else None

    def back(self, turn: Turn, talk: Talk) -> Outcome | None:
        """From an entry to its page, from a page to the board, from the board to the choice of the village."""
        if talk.step == "entry" and (reading := reading_of(turn, talk.data)):
            return show_page(turn, reading)
        if talk.step in {"page", "entry"}:
            return show_board(turn, talk.data["village"])
        return ask_village(turn) if talk.step == "village" else None

    def _from_board(self, turn: Turn, talk: Talk, choice: str) -> Outcome:
        village_id = talk.data["village"]
        if choice == "follow":
            return following.ask_number(turn)
        if choice == "tell":
            return filing.begin(turn, None, village_id)
        if choice == "see" and (reading := reading_of(turn, talk.data)):
            return show_page(turn, reading)
        published = board_of(turn, village_id).published
        if choice == "see" or published is None:
            return show_board(turn, village_id)
        return filing.begin(turn, CaseKind(choice), village_id, published)

    def _from_list(self, turn: Turn, talk: Talk, choice: str) -> Outcome | None:
        reading = reading_of(turn, talk.data)
        if reading is None:
            return show_board(turn, talk.data["village"])
        if choice == MORE:
            return show_page(turn, reading.after_number(talk.data.get("next", reading.after)))
        if choice == "everywhere":
            return show_page(turn, reading.of_all_villages())
        known = {"entry": talk.data["entry"]}
        if choice == "wall":
            known |= {"ground": Ground.OTHER, "wall": True}
        return filing.begin(turn, CaseKind.ENTRY, reading.village_id, reading.published, known)
