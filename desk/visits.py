"""`jiangfu visits`: who is to be seen at the door, on the screen and on paper, and what came of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from desk.acting import acting, as_option
from desk.office import Office

if TYPE_CHECKING:
    from core.services.visits.listing import VisitLine

_RESULTS = click.Choice(["done", "not_home", "moved", "died", "refused"])
_KINDS = click.Choice(["passbook", "certificate", "papers", "yearly_check", "payment"])
_area_option = click.option("--area", "code", metavar="AREA", help="An area in yours; yours if not given.")


@click.group()
def visits() -> None:
    """The visit list: whom no message has reached, and who is served at home.

    Example: jiangfu visits list --as 13907310001
    """


@visits.command("list")
@_area_option
@as_option
@click.pass_obj
def list_visits(office: Office, code: str | None, named: str) -> None:
    """Who is still to be seen, by village and group: number, day, name, group, what for, why, and a notice's words.

    Example: jiangfu visits list --as 13907310001
    """
    today = office.clock.today()
    for line in _lines(office, code, named):
        overdue = "OVERDUE" if line.is_overdue(today) else ""
        cells = (str(line.id), str(line.due_on), line.name, line.ref, line.village, line.group or "-", line.kind,
                 line.reason, line.state, line.words, overdue)  # fmt: skip
        click.echo("\t".join(filter(None, cells)))


@visits.command("print")
@_area_option
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The HTML file to write.")
@as_option
@click.pass_obj
def print_visits(office: Office, code: str | None, output: Path | None, named: str) -> None:
    """The list on paper, by village group and in large type, with boxes to tick: an HTML page for any browser.

    Example: jiangfu visits print -o visits.html --as 13907310001
    """
    from core.errors import NotAllowed
    from desk.visit_sheet import sheet

    lines = _lines(office, code, named)
    page = sheet(lines, office.settings, office.clock.today())
    if output is None:
        click.echo(page)
        return
    try:
        output.write_text(page, encoding="utf-8")
    except OSError:
        raise NotAllowed("The file cannot be written; name another with -o.") from None
    click.echo(f"{output.name}: {len(lines)} visits. Open it and print it.")


@visits.command()
@click.argument("number", metavar="N", type=int)
@click.argument("result", type=_RESULTS)
@as_option
@click.pass_obj
def record(office: Office, number: int, result: str, named: str) -> None:
    """What came of a visit. Who was not at home stays on the list.

    Example: jiangfu visits record 12 done --as 13907310001
    """
    from core.db import transaction
    from core.domain.visit import VisitState
    from core.services.visits import recording

    actor = acting(office, named)
    with transaction(office.sessions) as session:
        recording.record(session, office.vault, actor, number, VisitState(result), office.clock.now())
    click.echo(f"Visit {number}: {result}.")
    if result in {"moved", "died"}:
        click.echo("The township ends the person's application: `jiangfu advance REF --to ceased --reason TEXT`.")


@visits.command()
@click.argument("ref")
@click.argument("kind", type=_KINDS)
@click.option("--by", "due", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day by which he is seen.")
@as_option
@click.pass_obj
def add(office: Office, ref: str, kind: str, due: datetime, named: str) -> None:
    """Put somebody on the list: to bring passbook or certificate, to collect papers, for the yearly check.

    Example: jiangfu visits add 27183640 passbook --by 2026-07-30 --as 13907310001
    """
    from core.db import transaction
    from core.domain.visit import VisitKind
    from core.services.visits import recording

    actor = acting(office, named)
    with transaction(office.sessions) as session:
        visit = recording.add(session, office.vault, actor, ref, VisitKind(kind), due.date(), office.clock.now())
    click.echo(f"Visit {visit.id}: {ref}, {kind}, by {due:%F}.")


def _lines(office: Office, code: str | None, named: str) -> list[VisitLine]:
    from core.db import transaction
    from core.errors import NotAllowed
    from core.services.areas import area_of, lies_within
    from core.services.visits.listing import visits_of

    actor = acting(office, named)
    with transaction(office.sessions) as session:
        area_id = area_of(session, code).id if code else actor.area_id
        if not lies_within(session, area_id, actor.area_id):
            raise NotAllowed(f"{code} does not lie in your area.")
        return visits_of(session, office.vault, actor, office.clock.now(), area_id=area_id)
