"""`jiangfu audit`: who did what to which record, and the proof that nobody has touched that since."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from desk.office import Office

if TYPE_CHECKING:
    from core.audit import Head

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def audit() -> None:
    """The audit trail: a chain in which every entry vouches for all before it.

    Once a day its head is added to JIANGFU_AUDIT_HEADS. Copy that file to where whoever runs this machine cannot write:
    only against it can a trail that was cut short be told.

    Example: jiangfu audit verify
    """


@audit.command()
@click.option("--heads", type=_FILE, help="The file of exported heads; JIANGFU_AUDIT_HEADS if not given.")
@click.pass_obj
def verify(office: Office, heads: Path | None) -> None:
    """Read the whole trail; the first entry that was changed, deleted, moved or cut off is named, with exit status 1.

    Example: jiangfu audit verify --heads /media/usb/audit-heads.txt
    """
    from core.audit import verify as verify_trail
    from core.audit.heads import line_of, read_heads

    path = heads or office.settings.audit_heads
    exported = read_heads(path) if heads or path.exists() else []
    last = verify_trail(office.sessions, office.vault, exported)
    click.echo(f"The audit trail is whole, and has the {len(exported)} heads that were exported before.")
    click.echo(line_of(last) if last else "It is empty.")


@audit.command()
@click.option("-o", "--output", type=_FILE, help="Add the line to this file instead of printing it.")
@click.pass_obj
def head(office: Office, output: Path | None) -> None:
    """The trail's head: its last entry's number, link and instant. A copy proves later that nothing was cut off.

    Example: jiangfu audit head -o /media/usb/audit-heads.txt
    """
    from core.audit.heads import append_head, line_of
    from core.errors import NotAllowed

    last = _head(office)
    if output is None:
        click.echo(line_of(last))
        return
    try:
        append_head(output, last)
    except OSError:
        raise NotAllowed("The file for the head cannot be written.") from None


@audit.command("list")
@click.option("--subject", help="Only what was done to this reference or number.")
@click.option("--last", default=50, show_default=True, type=click.IntRange(1), help="How many of the newest entries.")
@click.pass_obj
def list_entries(office: Office, subject: str | None, last: int) -> None:
    """Entries, the newest last: number, instant, staff number (- for none), act, reference or number.

    Example: jiangfu audit list --subject 27183644
    """
    from core.audit import entries
    from core.db import transaction

    with transaction(office.sessions) as session:
        for entry in entries(session, subject, last):
            at = entry.at.astimezone(office.clock.timezone)
            click.echo(
                f"{entry.sequence}\t{at:%Y-%m-%d %H:%M:%S}\t{entry.actor_id or '-'}\t{entry.action}\t{entry.subject}"
            )


def _head(office: Office) -> Head:
    from core.audit import head as head_of
    from core.db import transaction
    from core.errors import NotFound

    with transaction(office.sessions) as session:
        last = head_of(session)
    if last is None:
        raise NotFound("The audit trail is empty: there is no head yet.")
    return last
