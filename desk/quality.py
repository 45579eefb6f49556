"""`jiangfu quality`: the check at the door of people drawn at random."""

from __future__ import annotations

import csv
import secrets
import sys

import click

from desk.acting import acting, as_option
from desk.office import Office


@click.group()
def quality() -> None:
    """The check at the door (入户核查), which does not go through the village.

    Example: jiangfu quality draw 2026 --share 10 --as 13907310002
    """


@quality.command()
@click.argument("year", type=int)
@click.option("--share", type=click.IntRange(1, 100), default=10, show_default=True, help="Per cent of each township.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="To repeat a draw; at random if not given.")
@as_option
@click.pass_obj
def draw(office: Office, year: int, share: int, seed: int | None, named: str) -> None:
    """Draw among those confirmed in YEAR, township by township, once a year; the seed is kept, so it can be repeated.

    Example: jiangfu quality draw 2026 --share 10 --as 13907310002
    """
    from core.db import transaction
    from core.services.quality import draw as draw_people

    actor, chosen = acting(office, named), secrets.randbelow(2**31) if seed is None else seed
    with transaction(office.sessions) as session:
        number = draw_people(session, office.vault, year, share, chosen, actor, office.clock.now())
    click.echo(f"{number} are drawn (seed {chosen}); `jiangfu quality sheets {year}` says whom to visit.")


@quality.command()
@click.argument("year", type=int)
@as_option
@click.pass_obj
def sheets(office: Office, year: int, named: str) -> None:
    """Whom to visit, as CSV: village code, village, group, reference, name, what was found.

    Example: jiangfu quality sheets 2026 --as 13907310002 > sheets.csv
    """
    from core import audit
    from core.db import transaction
    from core.domain.person import Person
    from core.services.quality import drawn

    actor = acting(office, named)
    with transaction(office.sessions) as session:
        people = drawn(session, year, actor)
        audit.note(session, office.vault, actor.staff_id, "quality_sheets", str(year), office.clock.now())
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("village_code", "village", "group", "ref", "name", "result"))
    for each in people:
        result = "" if each.right is None else "right" if each.right else "wrong"
        name = office.vault.open(Person.name, each.name)
        writer.writerow((each.village_code, each.village, each.group, each.ref, name, result))


@quality.command()
@click.argument("year", type=int)
@click.argument("ref")
@click.argument("found", type=click.Choice(["right", "wrong"]))
@as_option
@click.pass_obj
def result(office: Office, year: int, ref: str, found: str, named: str) -> None:
    """Note what was found at somebody's door: the record is right, or wrong.

    Example: jiangfu quality result 2026 27183644 right --as 13907310002
    """
    from core.db import transaction
    from core.services.quality import note_result

    actor = acting(office, named)
    with transaction(office.sessions) as session:
        note_result(session, office.vault, year, ref, found == "right", actor, office.clock.now())
    click.echo(f"{ref}: {found}")


@quality.command()
@click.argument("year", type=int)
@click.pass_obj
def show(office: Office, year: int) -> None:
    """The accuracy rate of YEAR, with the interval in which it lies with 95 per cent certainty.

    Example: jiangfu quality show 2026
    """
    from core.db import transaction
    from core.services.quality import accuracy

    with transaction(office.sessions) as session:
        found = accuracy(session, year)
    click.echo(f"{found.drawn} drawn, {found.visited} visited, {found.right} right")
    if found.rate is not None and found.lowest is not None and found.highest is not None:
        click.echo(f"accuracy {found.rate:.1%} (95% interval {found.lowest:.1%} to {found.highest:.1%}, Wilson)")
