"""`jiangfu lists`: the published lists, on the screen and as a sheet for the wall."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from desk.office import Office

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.domain.area import Area
    from core.domain.published_list import PublishedList
    from core.services.list_lines import Line
    from core.services.windows import Window

_LEVELS = click.Choice(["village", "township", "district"])
_MOST = 1_000_000

_area_argument = click.argument("code", metavar="AREA")
_level_option = click.option(
    "--level", type=_LEVELS, help="Of a village: its township's or the district's list, cut to the village's own lines."
)


@click.group()
def lists() -> None:
    """The published lists: frozen, numbered and given a code when their window opens.

    Example: jiangfu lists show 430602001
    """


@lists.command()
@_area_argument
@_level_option
@click.option("--year", type=int, help="Another year than this one.")
@click.pass_obj
def show(office: Office, code: str, level: str | None, year: int | None) -> None:
    """A list: its days, code and count, then its lines: number, name, sex, village, group, year of birth, ground.

    Names are given in full while the list hangs; before and after, the surname alone.

    \b
    Example: jiangfu lists show 430602001 --level township
    """
    from core.db import transaction

    with transaction(office.sessions) as session:
        found = _find(office, session, code, level, year)
    published, window = found.published, found.window
    state = "open" if found.is_open else "closed"
    click.echo(f"{published.level}\t{published.year}\t{window.opens}\t{window.closes}\t{state}")
    click.echo(f"code {published.board_code}\tentries {published.entries}")
    for line in found.lines:
        if line.withdrawn:
            click.echo(f"{line.number}\twithdrawn")
            continue
        ground = line.ground or "-"
        click.echo(
            f"{line.number}\t{line.name}\t{line.sex}\t{line.village}\t{line.group or '-'}\t{line.born}\t{ground}"
        )


@lists.command("print")
@_area_argument
@_level_option
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The HTML file to write.")
@click.pass_obj
def print_sheet(office: Office, code: str, level: str | None, output: Path | None) -> None:
    """The sheet for the wall, in large type on A4: an HTML page to be opened in any browser and printed.

    It can be made while the list hangs, from the morning of the first day; without -o it goes to standard output.

    \b
    Example: jiangfu lists print 430602001 -o wall.html
    """
    from core.db import transaction
    from core.errors import NotAllowed
    from desk.list_sheet import sheet

    with transaction(office.sessions) as session:
        found = _find(office, session, code, level, None)
    window = found.window
    if not found.is_open:
        raise NotAllowed(f"This list hung from {window.opens} to {window.closes}; `jiangfu lists show` still shows it.")
    whose = found.whose.name
    part = found.part.name if found.part else ""
    page = sheet(found.published, window, whose, part, found.lines, office.settings, office.clock.today())
    if output is None:
        click.echo(page)
        return
    try:
        output.write_text(page, encoding="utf-8")
    except OSError:
        raise NotAllowed("The file cannot be written; name another with -o.") from None
    click.echo(f"{output.name}: {len(found.lines)} lines, code {found.published.board_code}. Open it and print it.")


@dataclass(frozen=True)
class _Found:
    """A list, the area whose it is, the village whose lines alone are wanted, and those lines."""

    published: PublishedList
    window: Window
    is_open: bool
    whose: Area
    part: Area | None
    lines: list[Line]


def _find(office: Office, session: Session, code: str, level: str | None, year: int | None) -> _Found:
    """Raises NotFound where there is no such area, or its list is not frozen."""
    from core.domain.area import Area
    from core.errors import NotFound
    from core.services import lists as service
    from core.services.areas import area_of
    from core.services.windows import window_of

    now, today = office.clock.now(), office.clock.today()
    area = area_of(session, code)
    wanted, chosen = level or service.level_of_list(area.level), year or today.year
    whose = session.get_one(Area, service.list_area(session, wanted, area.id))
    window = window_of(session, chosen, wanted, whose.id)
    if window.is_open(today):
        published = service.current(session, office.vault, wanted, area.id, today, now)
    else:
        published = service.frozen(session, chosen, wanted, whose.id)
    if published is None:
        raise NotFound(f"The {wanted} list of {whose.code} is not there: it hangs from {window.opens} on.")
    part = None if whose.id == area.id else area
    is_open = window.is_open(today)
    lines = service.lines(session, office.vault, published.id, part.id if part else None, 0, _MOST, open_now=is_open)
    return _Found(published, window, is_open, whose, part, lines)
