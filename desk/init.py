"""`jiangfu init`: the schema and the key files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from desk.office import Office

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from core.settings import Settings


@click.command()
@click.option("--no-backup", is_flag=True, help="Migrate without a copy, because you have one.")
@click.pass_obj
def init(office: Office, no_backup: bool) -> None:
    """Create the key files and the database schema, or bring that of an older version up to this one; safe to run
    again. Before records are migrated they are backed up; every part of the line must be stopped for it.

    Example: jiangfu init
    """
    from core.confidentiality import keys
    from core.db import open_engine, outages_named
    from core.errors import NotAllowed
    from core.migrations.run import Standing, standing, upgrade
    from core.services.backup.at_work import refuse_company

    settings = office.settings
    keys.ensure(settings.keys_dir)
    with outages_named():
        engine = open_engine(settings.database_url)
        found = standing(engine)
        if found is Standing.NEWER:
            raise NotAllowed("The database belongs to a newer version of this program: start that version instead.")
        if found is Standing.OLDER:
            refuse_company(engine)
            if not no_backup:
                click.echo(f"Backed up first: {_kept(engine, settings, office.clock.now())}")
        upgrade(engine)
        engine.dispose()
    click.echo("The database is at this program's schema; the keys are in place. Keep a safe copy of the keys.")


def _kept(engine: Engine, settings: Settings, now: datetime) -> Path:
    """Back up the records before their migration; the file."""
    from core.errors import NotAllowed
    from core.services.backup.archive import recipient_of
    from core.services.backup.database_copy import copy_sqlite
    from core.services.backup.making import make_backup

    name = f"before-{now:%Y%m%d-%H%M%S}"
    if settings.backup_recipient:
        archive = settings.keys_dir.absolute().parent / f"{name}.age"
        make_backup(engine, settings.keys_dir, recipient_of(settings.backup_recipient), archive, now)
        return archive
    if engine.dialect.name != "sqlite":
        raise NotAllowed("Set JIANGFU_BACKUP_RECIPIENT, so that a backup is made first, or say --no-backup.")
    database = Path(str(engine.url.database))
    copy = database.with_name(f"{database.name}.{name}")
    copy_sqlite(database, copy)
    return copy
