"""关注: the notices of a village for whoever wants them; what one follows, one more by digits, and stopping."""

from __future__ import annotations

from core.dialogue.flows.board import place_name
from core.dialogue.paging import MORE, page_of_choices
from core.dialogue.prompt import Awaits, Prompt, numbered
from core.dialogue.session import Talk
from core.dialogue.turn import Answer, Outcome, Turn, asks
from core.services import following, villages
from core.services.villages import Place
from core.texts import _

FLOW = "subscribe"
ADD = "add"


class SubscribeFlow:
    """Steps: `mine` (what is followed: a digit stops it), `township`, `village`."""

    name = FLOW

    def start(self, turn: Turn) -> Outcome:
        """What the sender follows; the choice of a village where that is none."""
        mine = following.followed(turn.session, turn.sender.contact_id) if turn.sender.contact_id else []
        if not mine:
            return _ask(turn, "township")
        stops = [(str(place.id), turn.say("follow.stop", village=place_name(turn, place))) for place in mine]
        choices = numbered(*stops, (ADD, turn.say("follow.add")))
        return asks(FLOW, "mine", Prompt(turn.say("follow.mine"), choices, Awaits.CHOICE))

    def resume(self, turn: Turn, talk: Talk, answer: Answer) -> Outcome | None:
        """Take a choice."""
        if not answer.choice:
            return None
        if answer.choice == ADD:
            return _ask(turn, "township")
        if answer.choice == MORE:
            return _ask(turn, talk.step, talk.data["next"], talk.data["township"])
        chosen = int(answer.choice)
        if talk.step == "township":
            return _ask(turn, "village", township=chosen)
        return _changed(turn, chosen, stop=talk.step == "mine")

    def back(self, turn: Turn, talk: Talk) -> Outcome | None:
        """From the village to the township."""
        return _ask(turn, "township") if talk.step == "village" else None


def _ask(turn: Turn, step: str, after: int = 0, township: int = 0) -> Outcome:
    places = villages.villages_in(turn.session, township) if township else villages.townships(turn.session)
    if not places:
        return Outcome((Prompt(turn.say("list.none_yet", phone=turn.settings.office_phone)),))
    key = _("follow.which_village") if township else _("follow.which_township")
    items = [(str(place.id), place_name(turn, place)) for place in places]
    prompt, following_page = page_of_choices(turn, turn.say(key), items, after)
    return asks(FLOW, step, prompt, {"next": following_page, "township": township})


def _changed(turn: Turn, area_id: int, *, stop: bool) -> Outcome | None:
    contact_id = turn.sender.contact_id
    place: Place = villages.place(turn.session, area_id)
    if contact_id is None:
        return None  # it was noted with the first message of this talk
    if stop:
        following.unfollow(turn.session, contact_id, area_id)
        return Outcome((Prompt(turn.say("follow.stopped", village=place_name(turn, place))),))
    if not following.follow(turn.session, contact_id, area_id, turn.now):
        return Outcome((Prompt(turn.say("follow.too_many")),))
    return Outcome((Prompt(turn.say("follow.done", village=place_name(turn, place))),))
