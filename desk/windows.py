"""`jiangfu windows`: the year's days, as they stand in the district or an area, and how they were moved."""

from __future__ import annotations

from datetime import datetime

import click

from desk.acting import acting
from desk.office import Office

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("year", type=int, required=False)
@click.option("--area", "code", metavar="CODE", help="The days as they stand in this area; else in the district.")
@click.option(
    "--set",
    "change",
    type=(str, str, _DAY, _DAY),
    metavar="WINDOW AREA OPENS CLOSES",
    help="Move a window (village, township, district or another day) in an area; both days count, YYYY-MM-DD.",
)
@click.option("--as", "named", envvar="JIANGFU_STAFF", metavar="STAFF", help="Who moves it: staff number or phone.")
@click.pass_obj
def windows(
    office: Office,
    year: int | None,
    code: str | None,
    change: tuple[str, str, datetime, datetime] | None,
    named: str | None,
) -> None:
    """The publicity calendar of a year (this one, if none is named): each window with its first and its last day, then
    every window that was moved, where, by which staff number and when.

    \b
    Example: jiangfu windows 2026 --area 430602001
    Moved:   jiangfu windows 2026 --set village 430602001 2026-03-14 2026-03-23 --as 13907310002
    """
    chosen = year or office.clock.today().year
    if change is None:
        _show(office, chosen, code)
        return
    if named is None:
        raise click.UsageError("--set needs --as STAFF (or JIANGFU_STAFF): who moves it.")
    _move(office, chosen, change, named)


def _show(office: Office, year: int, code: str | None) -> None:
    from core.db import transaction
    from core.policy.calendar import window_names
    from core.services import windows as service
    from core.services.areas import area_of, district_of

    today = office.clock.today()
    with transaction(office.sessions) as session:
        area = area_of(session, code) if code else district_of(session)
        here, moved = service.for_area(session, year, area.id), service.changes(session, year)
    for name in window_names():
        window = here.window(name, area.id)
        is_open = "\topen" if window.is_open(today) else ""
        click.echo(f"{name}\t{window.opens}\t{window.closes}{is_open}")
    for change in moved:
        who = f"by {change.staff_id}" if change.staff_id else "set up"
        on = change.changed_at.astimezone(office.settings.timezone)
        click.echo(f"moved: {change.window}\t{change.area}\t{change.opens}\t{change.closes}\t{who}, {on:%F}")


def _move(office: Office, year: int, change: tuple[str, str, datetime, datetime], named: str) -> None:
    from core import audit
    from core.db import transaction
    from core.services.areas import area_of
    from core.services.windows import move_window

    name, code, opens, closes = change
    actor, now = acting(office, named), office.clock.now()
    with transaction(office.sessions) as session:
        area = area_of(session, code)
        window = move_window(session, year, name, area, opens.date(), closes.date(), actor, now)
        audit.note(session, office.vault, actor.staff_id, "window", f"{name} {code}", now, f"{opens:%F} {closes:%F}")
    click.echo(f"{name}\t{code}\t{window.opens}\t{window.closes}")
