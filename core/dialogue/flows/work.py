"""工作: what a member of staff may do in chat. Whoever is revoked is a stranger from that moment on."""

from __future__ import annotations

from collections.abc import Callable

from core.dialogue.flows import work_enrol, work_notice, work_proof, work_visits
from core.dialogue.flows.work_desk import FLOW, Desk, Step
from core.dialogue.prompt import Prompt
from core.dialogue.session import Talk
from core.dialogue.turn import Answer, Outcome, Turn
from core.services.staffing.inviting import accept, actor_of

_ACTS: dict[str, Callable[..., Outcome]] = {
    "send": work_notice.send,
    "visit": work_visits.note,
    "enrol": work_enrol.send_code,
}
_PLACES = {
    "notice": work_notice.begin,
    "reach": work_notice.reach,
    "visits": work_visits.begin,
    "enrol": work_enrol.begin,
}


def _choose(desk: Desk, answer: Answer) -> Outcome | None:
    place = _PLACES.get(answer.choice)
    return place(desk) if place else None


_STEPS: dict[str, Step] = {
    "menu": _choose,
    **work_notice.STEPS,
    **work_visits.STEPS,
    **work_enrol.STEPS,
    **work_proof.STEPS,
}


class WorkFlow:
    """Its steps are those of its parts. Who acts is looked up anew at each."""

    name = FLOW

    def start(self, turn: Turn) -> Outcome:
        """What the sender may do."""
        desk = self._desk(turn, {})
        return desk.menu() if desk else Outcome((Prompt(turn.say("work.nobody")),))

    def resume(self, turn: Turn, talk: Talk, answer: Answer) -> Outcome | None:
        """Take an answer."""
        desk = self._desk(turn, talk.data)
        if desk is None:
            return Outcome((Prompt(turn.say("work.nobody")),))
        return _STEPS[talk.step](desk, answer)

    def back(self, turn: Turn, talk: Talk) -> Outcome | None:
        """To the staff menu."""
        desk = self._desk(turn, talk.data)
        return desk.menu() if desk and talk.step != "menu" else None

    def with_invitation(self, turn: Turn, code: str) -> Outcome:
        """Link the sender by the code that the office gave him."""
        contact_id = turn.sender.contact_id
        if contact_id is None:  # noted with this very message
            return Outcome((Prompt(turn.say("work.link_again")),))
        linked = accept(turn.session, turn.vault, contact_id, code, turn.now)
        return Outcome((Prompt(turn.say("work.linked") if linked else turn.say("work.link_refused")),))

    def _desk(self, turn: Turn, data: dict[str, object]) -> Desk | None:
        actor = actor_of(turn.session, turn.sender.contact_id)
        return Desk(turn, actor, data, _ACTS) if actor else None
