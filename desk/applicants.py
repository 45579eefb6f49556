"""`jiangfu applicants`: finding people by reference, ID number or phone."""

from __future__ import annotations

import sys

import click

from desk.acting import acting, as_option
from desk.office import Office


@click.group()
def applicants() -> None:
    """Find applicants.

    Example: jiangfu applicants find 13812345678 --as 13907310002
    """


@applicants.command()
@click.argument("key", metavar="REF|ID|PHONE")
@as_option
@click.pass_obj
def find(office: Office, key: str, named: str) -> None:
    """Reference, year, stage and village of whoever has this reference, ID number or phone; who looked is noted.

    Example: jiangfu applicants find 27183640 --as 13907310002
    """
    from core import audit
    from core.db import transaction
    from core.errors import NotFound
    from core.services.finding import find_persons

    actor, now = acting(office, named), office.clock.now()
    with transaction(office.sessions) as session:
        found = find_persons(session, office.vault, key)
        for person in found:
            audit.note(session, office.vault, actor.staff_id, "find", person.ref, now)
    if not found:
        raise NotFound("Nobody has this reference, ID number or phone.")
    for person in found:
        click.echo(f"{person.ref}\t{person.year or '-'}\t{person.stage or '-'}\t{person.area}")


@applicants.command()
@click.argument("refs", nargs=-1, required=True, metavar="REF...")
@as_option
@click.pass_obj
def heard(office: Office, refs: tuple[str, ...], named: str) -> None:
    """Note that recipients were seen or heard of for this year's yearly check; a pause ends.

    Example: jiangfu applicants heard 27183640 --as 13907310001
    """
    from core.db import transaction
    from core.errors import NotAllowed, NotFound
    from core.services.annual_review import heard_by

    actor, refused = acting(office, named), 0
    for ref in refs:
        try:
            with transaction(office.sessions) as session:
                heard_by(session, office.vault, ref, actor, office.clock.now())
            click.echo(f"{ref}: heard of")
        except (NotAllowed, NotFound) as error:
            click.echo(str(error), err=True)
            refused += 1
    if refused:
        sys.exit(1)
