"""Which village is meant: the sender's own where we know it, else one picked by digits, township first."""

from __future__ import annotations

from core.dialogue.flows.board import FLOW, place_name, show_board
from core.dialogue.paging import MORE, page_of_choices
from core.dialogue.prompt import Prompt
from core.dialogue.session import Talk
from core.dialogue.turn import Answer, Outcome, Turn, asks
from core.services import quotas, villages
from core.services.villages import Place
from core.texts import _

STEPS = ("own_village", "township", "village")
# Enough to look up one's own, one's parents' and one's children's village; too few to copy out the district.
A_DAY = 10

_QUESTIONS = {
    "own_village": _("list.which_village"),
    "township": _("list.which_township"),
    "village": _("list.which_village"),
}


def ask_village(turn: Turn) -> Outcome:
    """The board of the sender's village; the question which one where he serves persons of several, or of none."""
    own = villages.villages_of(turn.session, [standing.person_id for standing in turn.sender.serves])
    if len(own) == 1:
        return show_board(turn, own[0].id)
    if own:
        return _ask(turn, "own_village", own)
    if quotas.is_used_up(turn.session, turn.vault, "villages", turn.sender.address_hash, A_DAY, turn.now):
        return Outcome((Prompt(turn.say("list.too_many", phone=turn.settings.office_phone)),))
    townships = villages.townships(turn.session)
    if not townships:
        return Outcome((Prompt(turn.say("list.none_yet", phone=turn.settings.office_phone)),))
    return _ask(turn, "township", townships)


def take_village(turn: Turn, talk: Talk, answer: Answer) -> Outcome | None:
    """Take the choice of a township or a village, or turn the page; None where the answer is neither."""
    if not answer.choice:
        return None
    if answer.choice == MORE:
        return _ask(turn, talk.step, _places(turn, talk), talk.data["next"], talk.data.get("township"))
    chosen = int(answer.choice)
    if talk.step == "township":
        return _ask(turn, "village", villages.villages_in(turn.session, chosen), township=chosen)
    if talk.step == "village":
        quotas.spend(turn.session, turn.vault, "villages", turn.sender.address_hash, turn.now)
    return show_board(turn, chosen)


def _places(turn: Turn, talk: Talk) -> list[Place]:
    if talk.step == "township":
        return villages.townships(turn.session)
    if talk.step == "village":
        return villages.villages_in(turn.session, talk.data["township"])
    return villages.villages_of(turn.session, [standing.person_id for standing in turn.sender.serves])


def _ask(turn: Turn, step: str, places: list[Place], after: int = 0, township: int | None = None) -> Outcome:
    items = [(str(place.id), place_name(turn, place)) for place in places]
    prompt, following = page_of_choices(turn, turn.say(_QUESTIONS[step]), items, after)
    return asks(FLOW, step, prompt, {"next": following, "township": township})
