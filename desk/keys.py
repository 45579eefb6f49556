"""`jiangfu keys`: rotation of the keys that seal personal data, and the key that backups are encrypted to."""

from __future__ import annotations

from pathlib import Path

import click

from desk.office import Office


@click.group()
def keys() -> None:
    """The keys that seal personal data.

    Example: jiangfu keys rotate
    """


@keys.command()
@click.pass_obj
def rotate(office: Office) -> None:
    """Seal everything anew with a fresh key, while the line runs; old keys stay readable until that is done.

    Example: jiangfu keys rotate
    """
    import core.schema  # noqa: F401 - every sealed column is to be known
    from core.confidentiality.rotation import rotate as rotate_keys

    rotated = rotate_keys(office.sessions, office.settings.keys_dir, office.vault)
    click.echo(f"{rotated.rows} values were sealed anew; the old keys are gone.")


@keys.command("backup-key")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup_key(file: Path) -> None:
    """Make the key that opens backups. Keep FILE away from this machine (a stick in the safe, and a second one).

    Example: jiangfu keys backup-key /media/usb/backup-key.txt
    """
    from core.services.backup.archive import make_identity

    public = make_identity(file)
    click.echo(f"JIANGFU_BACKUP_RECIPIENT={public}")
    click.echo("Set that; then keep the file elsewhere: without it no backup can be opened.", err=True)
