"""`jiangfu applicants`: finding people by reference, ID number or phone."""

from __future__ import annotations

import click

from desk.office import Office


@click.group()
def applicants() -> None:
    """Find applicants.

    Example: jiangfu applicants find 13812345678
    """


@applicants.command()
@click.argument("key", metavar="REF|ID|PHONE")
@click.pass_obj
def find(office: Office, key: str) -> None:
    """Reference, year, stage and village of whoever has this reference, ID number or phone.

    Example: jiangfu applicants find 27183640
    """
    from core.db import transaction
    from core.errors import NotFound
    from core.services.finding import find_persons

    with transaction(office.sessions) as session:
        found = find_persons(session, office.vault, key)
    if not found:
        raise NotFound("Nobody has this reference, ID number or phone.")
    for person in found:
        click.echo(f"{person.ref}\t{person.year or '-'}\t{person.stage or '-'}\t{person.area}")
