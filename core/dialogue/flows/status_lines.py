"""A status in one SMS segment: the reference, the stage and since when, what comes next and when."""

from __future__ import annotations

from core.days import day, span
from core.dialogue.flows.payment_lines import due_line, payment_line
from core.dialogue.turn import Turn
from core.domain.payout import Payout
from core.domain.stage import Stage
from core.policy.calendar import Coming, coming_after
from core.services import windows
from core.services.status import Standing
from core.texts import _

REASONED = frozenset({Stage.REJECTED, Stage.CEASED})

STAGES = {
    Stage.DECLARED: _("stage.declared"),
    Stage.VILLAGE_LISTED: _("stage.village_listed"),
    Stage.VILLAGE_REVIEWED: _("stage.village_reviewed"),
    Stage.TOWNSHIP_AUDITED: _("stage.township_audited"),
    Stage.TOWNSHIP_LISTED: _("stage.township_listed"),
    Stage.BUREAU_REVIEWED: _("stage.bureau_reviewed"),
    Stage.DISTRICT_LISTED: _("stage.district_listed"),
    Stage.CONFIRMED: _("stage.confirmed"),
    Stage.REJECTED: _("stage.rejected"),
    Stage.WITHDRAWN: _("stage.withdrawn"),
    Stage.CEASED: _("stage.ceased"),
}

EVENTS = {
    "village_posting": _("next.village_posting"),
    "village_review": _("next.village_review"),
    "township_audit": _("next.township_audit"),
    "township_posting": _("next.township_posting"),
    "bureau_review": _("next.bureau_review"),
    "district_posting": _("next.district_posting"),
    "confirmation": _("next.confirmation"),
}


def status_line(turn: Turn, standing: Standing, payout: Payout | None = None) -> str:
    """What is said of `standing`; of a recipient, what the bank has said of this year's money. It never holds a
    name, an ID number or an account."""
    say, today = turn.say, turn.now.date()
    if standing.stage is None or standing.since is None or standing.year is None:
        return say("status.no_application", ref=standing.ref)
    since = standing.since.astimezone(turn.now.tzinfo).date()
    said = {"ref": standing.ref, "stage": say(STAGES[standing.stage]), "since": day(say, since, today)}
    if standing.stage is Stage.CONFIRMED:
        return payment_line(turn, standing.ref, payout) if payout else due_line(turn, standing, said)
    coming = _coming(turn, standing.stage, standing.year, standing)
    if coming is None:
        return say("status.ended", **said)
    key = _("status.overdue") if coming.closes < today else _("status.next")
    return say(key, **said, next=say(EVENTS[coming.event]), when=span(say, coming.opens, coming.closes, today))


def _coming(turn: Turn, stage: Stage, year: int, standing: Standing) -> Coming | None:
    if standing.windows_moved:
        return windows.coming(turn.session, stage, year, standing.area_id)
    return coming_after(stage, year)
