"""The sheet for the wall: an open list in large type on A4, with the code by which a phone can check it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from importlib import resources

from jinja2 import Environment, StrictUndefined

from core.days import span
from core.domain.application import ChildrenGround
from core.domain.contact import Language
from core.domain.published_list import PublishedList
from core.services.list_lines import Line
from core.services.year_calendar import Window
from core.settings import Settings
from core.texts import _, speaker

_LEVELS = {"village": _("level.village"), "township": _("level.township"), "district": _("level.district")}
_SEX = {"female": _("list.female"), "male": _("list.male")}
_GROUNDS = {
    ChildrenGround.ONE_CHILD: _("list.one_child"),
    ChildrenGround.TWO_DAUGHTERS: _("list.two_daughters"),
    ChildrenGround.OTHER: _("list.other_ground"),
}


def sheet(
    published: PublishedList,
    window: Window,
    area: str,
    part: str,
    lines: Sequence[Line],
    settings: Settings,
    today: date,
) -> str:
    """The sheet as an HTML page that loads nothing from elsewhere. `area` is the name of the area whose list it is;
    `part` that of the village whose lines alone are shown, '' for all."""
    say = speaker(Language.CHINESE)
    template = resources.files("desk").joinpath("list_sheet.html").read_text("utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(template).render(
        area=area,
        part=part,
        year=published.year,
        level=say(_LEVELS[published.level]),
        days=span(say, window.opens, window.closes, today),
        code=published.board_code,
        total=published.entries,
        lines=list(_rows(lines)),
        line_number=settings.twilio_from if settings.sms_gateway == "twilio" else "",
        report_phone=settings.report_phone,
        office_phone=settings.office_phone,
        office_hours=settings.office_hours,
    )


def _rows(lines: Sequence[Line]) -> Iterator[dict[str, object]]:
    say = speaker(Language.CHINESE)
    for line in lines:
        yield {
            "number": line.number,
            "name": line.name,
            "sex": say(_SEX[line.sex]),
            "where": f"{line.village} {line.group}".strip(),
            "born": line.born,
            "ground": say(_GROUNDS[line.ground]) if line.ground else "",
            "withdrawn": line.withdrawn,
        }
