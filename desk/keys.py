"""`jiangfu keys`: rotation of the keys that seal personal data."""

from __future__ import annotations

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
