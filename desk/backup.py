"""`jiangfu backup` and `jiangfu restore`: the whole of the records in one encrypted file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from desk.office import Office

if TYPE_CHECKING:
    from core.services.backup.manifest import Manifest
    from core.services.backup.restoring import Restored

_IDENTITY = click.option(
    "--identity", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The file of `keys backup-key`."
)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--verify", is_flag=True, help="Restore FILE into a scratch database and hold it against its manifest.")
@_IDENTITY
@click.pass_obj
def backup(office: Office, file: Path, verify: bool, identity: Path | None) -> None:
    """Write database and keys to FILE, encrypted to JIANGFU_BACKUP_RECIPIENT; the line may go on running.

    The keys of confidential reports are left out, so that what is destroyed stays so: after a restoration reports
    open only if that folder (JIANGFU_REPORT_KEYS_DIR) has survived.

    \b
    Example: jiangfu backup /media/usb/jiangfu.age
    Then: jiangfu backup /media/usb/jiangfu.age --verify --identity backup-key.txt
    """
    if verify != bool(identity):
        raise click.UsageError("--verify and --identity go together.")
    if identity:
        _verify(office, file, identity)
        return
    from core.db import outages_named
    from core.services.backup.archive import recipient_of
    from core.services.backup.making import make_backup

    settings = office.settings
    recipient = recipient_of(settings.backup_recipient)
    with outages_named():
        made = make_backup(office.engine, settings.keys_dir, recipient, file, office.clock.now())
    click.echo(f"The backup is written: {_contents(made)}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_IDENTITY
@click.option("--replace", is_flag=True, help="Set aside the records and keys that are there.")
@click.pass_obj
def restore(office: Office, file: Path, identity: Path | None, replace: bool) -> None:
    """Put the backup FILE in the place of database and keys; every part of the line must be stopped.

    FILE is verified first. What was there is set aside, not deleted. Messages that may have gone out since the backup
    are not sent again. With JIANGFU_AUDIT_JOURNAL every act since the backup is printed: number, instant, staff number,
    act, reference or number. Each has to be done again.

    Example: jiangfu restore /media/usb/jiangfu.age --identity backup-key.txt
    """
    if identity is None:
        raise click.UsageError("--identity is missing: the file of `jiangfu keys backup-key`.")
    from core.db import open_engine, outages_named
    from core.services.backup.archive import read_identity, unpacked
    from core.services.backup.restoring import Places, restore_backup
    from sms.gateways.choice import chosen

    settings = office.settings
    places = Places(settings.keys_dir, settings.audit_heads, settings.audit_journal)
    channels = {"sms": chosen(settings).capabilities}
    with unpacked(file, read_identity(identity), settings.keys_dir.absolute().parent) as folder, outages_named():
        engine = open_engine(settings.database_url)
        done = restore_backup(engine, folder, places, channels, replace, office.clock.now())
    _tell(office, done)


def _verify(office: Office, file: Path, identity: Path) -> None:
    from core.db import open_engine, outages_named
    from core.services.backup.archive import read_identity, unpacked
    from core.services.backup.verifying import verify_backup

    settings = office.settings
    with unpacked(file, read_identity(identity), settings.keys_dir.absolute().parent) as folder, outages_named():
        found = verify_backup(open_engine(settings.database_url), folder)
    click.echo(f"The backup is good: {_contents(found)}")


def _contents(manifest: Manifest) -> str:
    survey = manifest.survey
    head = f"audit entry {survey.head.sequence}" if survey.head else "no audit entry"
    rows = sum(survey.rows.values())
    return f"{manifest.made_at:%Y-%m-%d %H:%M}, {rows} rows in {len(survey.rows)} tables, up to {head}."


def _tell(office: Office, done: Restored) -> None:
    made_at = done.made_at.astimezone(office.clock.timezone)
    click.echo(f"The records are those of {made_at:%Y-%m-%d %H:%M} again; what was there is set aside.")
    if done.unsure:
        click.echo(f"{done.unsure} messages may have gone out since: they count as not reached.")
    if done.lost_acts is None:
        click.echo("There is no journal (JIANGFU_AUDIT_JOURNAL): ask every office what it did since then.")
        return
    click.echo(f"{len(done.lost_acts)} acts since then are lost; each has to be done again:")
    for line in done.lost_acts:
        click.echo(line)
