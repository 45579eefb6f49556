"""The visit list in chat: whom to see, and what came of it, by buttons or digits."""

from __future__ import annotations

from core.days import day
from core.dialogue.flows.work_desk import Desk, Step
from core.dialogue.flows.work_proof import act
from core.dialogue.paging import MORE, page_of_choices
from core.dialogue.prompt import Awaits, Prompt, numbered
from core.dialogue.turn import Answer, Outcome
from core.domain.visit import RESULTS, VisitKind, VisitState
from core.errors import JiangfuError
from core.services.surnames import masked
from core.services.visits.listing import VisitLine, line_of, visits_of
from core.services.visits.recording import record
from core.texts import _

_KINDS = {
    VisitKind.NOTICE: _("visit.notice"),
    VisitKind.PASSBOOK: _("visit.passbook"),
    VisitKind.CERTIFICATE: _("visit.certificate"),
    VisitKind.PAPERS: _("visit.papers"),
    VisitKind.YEARLY_CHECK: _("visit.yearly_check"),
    VisitKind.PAYMENT: _("visit.payment"),
}
_RESULTS = {
    VisitState.DONE: _("visit.done"),
    VisitState.NOT_HOME: _("visit.not_home"),
    VisitState.MOVED: _("visit.moved"),
    VisitState.DIED: _("visit.died"),
    VisitState.REFUSED: _("visit.refused"),
}


def begin(desk: Desk, notice: str = "", after: int = 0) -> Outcome:
    """The list from place `after` on, under `notice`. No full name passes a provider: the surname and the group do."""
    turn = desk.turn
    lines = visits_of(turn.session, turn.vault, desk.actor, turn.now)
    if not lines:
        return desk.menu(notice or turn.say("work.no_visits"))
    items = [(str(line.id), turn.say("work.visit_line", **_who(desk, line))) for line in lines]
    prompt, following = page_of_choices(turn, turn.say("work.visit_list"), items, after)
    outcome = desk.ask("visits", prompt, next=following)
    return outcome.preceded_by(Prompt(notice)) if notice else outcome


def _choose(desk: Desk, answer: Answer) -> Outcome | None:
    if not answer.choice:
        return None
    if answer.choice == MORE:
        return begin(desk, after=desk.data["next"])
    turn = desk.turn
    line = line_of(turn.session, turn.vault, int(answer.choice))
    due = day(turn.say, line.due_on, turn.now.date())
    results = numbered(*((str(result), turn.say(_RESULTS[result])) for result in RESULTS))
    prompt = Prompt(turn.say("work.visit", due=due, **_who(desk, line)), results, Awaits.CHOICE)
    return desk.ask("visit", prompt, visit=line.id)


def _take_result(desk: Desk, answer: Answer) -> Outcome | None:
    return act(desk, "visit", desk.data["visit"], answer.choice) if answer.choice else None


def note(desk: Desk, visit_id: int, result: str) -> Outcome:
    """Record what came of a visit, and show who is left."""
    turn, state = desk.turn, VisitState(result)
    try:
        with turn.session.begin_nested():
            record(turn.session, turn.vault, desk.actor, visit_id, state, turn.now)
    except JiangfuError:
        return begin(desk, turn.say("work.visit_gone"))
    name = masked(line_of(turn.session, turn.vault, visit_id).name)
    return begin(desk, turn.say("work.recorded", name=name, result=turn.say(_RESULTS[state])))


def _who(desk: Desk, line: VisitLine) -> dict[str, str]:
    return {"name": masked(line.name), "group": line.group, "what": desk.turn.say(_KINDS[line.kind])}


STEPS: dict[str, Step] = {"visits": _choose, "visit": _take_result}
