"""`jiangfu init`: the schema and the key files."""

from __future__ import annotations

import click

from desk.office import Office


@click.command()
@click.pass_obj
def init(office: Office) -> None:
    """Create the database schema and the key files; safe to run again.

    Example: jiangfu init
    """
    from core.confidentiality import keys
    from core.db import open_engine, outages_named
    from core.migrations.run import upgrade

    settings = office.settings
    keys.ensure(settings.keys_dir)
    with outages_named():
        upgrade(open_engine(settings.database_url))
    click.echo("The database is at this program's schema; the keys are in place. Keep a safe copy of the keys.")
