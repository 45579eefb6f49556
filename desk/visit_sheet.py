"""The visit list on paper: by village and village group, in large type, with a box for each answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from importlib import resources
from itertools import groupby

from jinja2 import Environment, StrictUndefined

from core.days import day
from core.domain.contact import Language
from core.domain.visit import RESULTS, VisitKind, VisitReason, VisitState
from core.services.visits.listing import VisitLine
from core.settings import Settings
from core.texts import Say, _, speaker

KINDS = {
    VisitKind.NOTICE: _("visit.notice"),
    VisitKind.PASSBOOK: _("visit.passbook"),
    VisitKind.CERTIFICATE: _("visit.certificate"),
    VisitKind.PAPERS: _("visit.papers"),
    VisitKind.YEARLY_CHECK: _("visit.yearly_check"),
    VisitKind.PAYMENT: _("visit.payment"),
}
_REASONS = {
    VisitReason.HOME_VISIT: _("visit.home_visit"),
    VisitReason.NO_PHONE: _("visit.no_phone"),
    VisitReason.OPTED_OUT: _("visit.opted_out"),
    VisitReason.NOT_REACHED: _("visit.not_reached"),
}
_RESULTS = {
    VisitState.DONE: _("visit.done"),
    VisitState.NOT_HOME: _("visit.not_home"),
    VisitState.MOVED: _("visit.moved"),
    VisitState.DIED: _("visit.died"),
    VisitState.REFUSED: _("visit.refused"),
}


def sheet(lines: Sequence[VisitLine], settings: Settings, today: date) -> str:
    """The list as an HTML page that loads nothing from elsewhere; `lines` are in the order of the visits."""
    say = speaker(Language.CHINESE)
    template = resources.files("desk").joinpath("visit_sheet.html").read_text("utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(template).render(
        groups=list(_groups(say, lines, today)),
        results=[say(_RESULTS[result]) for result in RESULTS],
        total=len(lines),
        today=day(say, today, today),
        office_phone=settings.office_phone,
    )


def _groups(say: Say, lines: Sequence[VisitLine], today: date) -> Iterator[dict[str, object]]:
    for (village, group), some in groupby(lines, key=lambda line: (line.village, line.group)):
        yield {"where": f"{village} {group}".strip(), "lines": [_cells(say, line, today) for line in some]}


def _cells(say: Say, line: VisitLine, today: date) -> dict[str, object]:
    reason = _REASONS.get(line.reason)
    return {
        "number": line.id,
        "name": line.name,
        "what": line.words or say(KINDS[line.kind]),
        "why": say(reason) if reason else "",
        "due_on": day(say, line.due_on, today),
        "late": line.is_overdue(today),
    }
