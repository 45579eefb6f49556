"""`jiangfu contacts`: for somebody who asks at the door to be left alone, or to hear from the line again."""

from __future__ import annotations

import click

from desk.acting import acting, as_option
from desk.office import Office


@click.group()
def contacts() -> None:
    """Whom the line may write to unasked.

    Example: jiangfu contacts stop 13812345678 --as 13907310001
    """


@contacts.command()
@click.argument("phone")
@as_option
@click.pass_obj
def stop(office: Office, phone: str, named: str) -> None:
    """No more reminders and notices to this phone; its own questions are still answered.

    Example: jiangfu contacts stop 13812345678 --as 13907310001
    """
    _note(office, named, phone, opted_out=True)
    click.echo("Stopped: nothing is sent there unasked; questions are still answered.")


@contacts.command()
@click.argument("phone")
@as_option
@click.pass_obj
def start(office: Office, phone: str, named: str) -> None:
    """Reminders and notices to this phone again.

    Example: jiangfu contacts start 13812345678 --as 13907310001
    """
    _note(office, named, phone, opted_out=False)
    click.echo("Started: reminders and notices go there again.")


def _note(office: Office, named: str, phone: str, *, opted_out: bool) -> None:
    from core.db import transaction
    from core.services.consent import note_opt_out

    actor = acting(office, named)
    with transaction(office.sessions) as session:
        note_opt_out(session, office.vault, phone, actor, opted_out, office.clock.now())
