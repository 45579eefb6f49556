"""`jiangfu advance`: applicants along the procedure."""

from __future__ import annotations

import sys

import click

from core.domain.stage import Stage
from desk.acting import acting, as_option
from desk.office import Office


@click.command()
@click.argument("refs", nargs=-1, required=True, metavar="REF...")
@click.option("--to", "target", required=True, type=click.Choice([str(stage) for stage in Stage]), help="The stage.")
@as_option
@click.option("--reason", default="", help="In plain words; needed to reject and to cease.")
@click.pass_obj
def advance(office: Office, refs: tuple[str, ...], target: str, named: str, reason: str) -> None:
    """Move applicants to a stage. Those that may not go there are named; the others go.

    Example: jiangfu advance 27183640 --to village_listed --as 13907310001
    """
    from core.db import transaction
    from core.errors import NotAllowed, NotFound
    from core.services import advancing

    actor, refused = acting(office, named), 0
    for ref in refs:
        try:
            with transaction(office.sessions) as session:
                origin = advancing.advance(session, office.vault, ref, Stage(target), actor, reason, office.clock.now())
            click.echo(f"{ref}: {origin} -> {target}")
        except (NotAllowed, NotFound) as error:
            click.echo(str(error), err=True)
            refused += 1
    if refused:
        sys.exit(1)
