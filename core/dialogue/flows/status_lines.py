"""A status in one SMS segment: the reference, the stage and since when, what comes next and when."""

from __future__ import annotations

from core.dialogue.days import day, span
from core.dialogue.turn import Turn
from core.domain.stage import Stage
from core.policy.amounts import amount_for
from core.policy.calendar import coming_after
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


def status_line(turn: Turn, standing: Standing) -> str:
    """What is said of `standing`. It never holds a name, an ID number or an account."""
    say, today = turn.say, turn.now.date()
    if standing.stage is None or standing.since is None or standing.year is None:
        return say("status.no_application", ref=standing.ref)
    since = standing.since.astimezone(turn.now.tzinfo).date()
    said = {"ref": standing.ref, "stage": say(STAGES[standing.stage]), "since": day(say, since, today)}
    if standing.stage is Stage.CONFIRMED:
        return _recipient_line(turn, standing.year, said)
    coming = coming_after(standing.stage, standing.year)
    if coming is None:
        return say("status.ended", **said)
    key = _("status.overdue") if coming.closes < today else _("status.next")
    return say(key, **said, next=say(EVENTS[coming.event]), when=span(say, coming.opens, coming.closes, today))


def _recipient_line(turn: Turn, year: int, said: dict[str, str]) -> str:
    """A recipient is paid each year: the coming payment is this year's, or next year's once July is over."""
    say, today = turn.say, turn.now.date()
    paid_in = max(year, today.year)
    coming = coming_after(Stage.CONFIRMED, paid_in)
    if coming is not None and coming.closes < today:
        coming = coming_after(Stage.CONFIRMED, paid_in + 1)
    if coming is None:
        return say("status.ended", **said)
    yuan = amount_for(coming.opens.year, turn.settings.amounts).yuan
    return say("status.recipient", **said, when=span(say, coming.opens, coming.closes, today), amount=yuan)
