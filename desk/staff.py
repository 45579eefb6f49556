"""`jiangfu staff`: who is in office, their PINs, their link to the chat, and the end of it."""

from __future__ import annotations

import os

import click

from desk.acting import acting
from desk.office import Office

_as_option = click.option(
    "--as", "who", envvar="JIANGFU_STAFF", required=True, metavar="STAFF", help="Staff number or phone of who acts."
)


@click.group()
def staff() -> None:
    """Staff and their PINs.

    Example: jiangfu staff list
    """


@staff.command("list")
@click.pass_obj
def list_staff(office: Office) -> None:
    """Who is in office: staff number, role, area, name.

    Example: jiangfu staff list
    """
    from sqlalchemy import select

    from core.db import transaction
    from core.domain.area import Area
    from core.domain.staff import Staff

    with transaction(office.sessions) as session:
        rows = session.execute(
            select(Staff, Area.code).join(Area, Area.id == Staff.area_id).where(Staff.left_at.is_(None))
        )
        for member, area in rows:
            name = office.vault.open(Staff.name, member.name)
            click.echo(f"{member.id}\t{member.role}\t{area}\t{name}\t{'PIN set' if member.pin_hash else 'no PIN yet'}")


@staff.command()
@click.argument("named", metavar="STAFF")
@click.pass_obj
def pin(office: Office, named: str) -> None:
    """Set a new PIN for a member of staff (typed twice, or JIANGFU_PIN in scripts).

    Example: jiangfu staff pin 13907310001
    """
    from core import audit
    from core.db import transaction
    from core.services.acting import find_staff, set_pin

    new = os.environ.get("JIANGFU_PIN") or click.prompt("New PIN", hide_input=True, confirmation_prompt=True, err=True)
    with transaction(office.sessions) as session:
        member = find_staff(session, office.vault, named)
        set_pin(member, new)
        audit.note(session, office.vault, None, "set_pin", f"staff {member.id}", office.clock.now())
    click.echo("The PIN is set.")


@staff.command()
@click.argument("named", metavar="STAFF")
@_as_option
@click.pass_obj
def invite(office: Office, named: str, who: str) -> None:
    """A one-time code, good for a day, that links a chat or the registered phone: sent to the bot, or by SMS.

    Example: jiangfu staff invite 13907310001 --as 13907310005
    """
    from core.db import transaction
    from core.services.staffing import inviting

    actor = acting(office, who)
    with transaction(office.sessions) as session:
        code = inviting.invite(session, office.vault, actor, named, office.clock.now())
    click.echo(f"{code}\nHand it over in person; then the word 工作 shows what may be done in chat.")


@staff.command()
@click.argument("named", metavar="STAFF")
@click.option("--to", "successor", default="", metavar="STAFF", help="Who takes over what is open.")
@_as_option
@click.pass_obj
def revoke(office: Office, named: str, successor: str, who: str) -> None:
    """End somebody's office at once, in chat and at the desk, and hand what is open to the successor.

    Example: jiangfu staff revoke 13907310001 --to 13907310009 --as 13907310005
    """
    from core.db import transaction
    from core.services.staffing import revoking

    actor = acting(office, who)
    with transaction(office.sessions) as session:
        handed = revoking.revoke(session, office.vault, actor, named, successor, office.clock.now())
    click.echo(f"{named} is out of office; {handed} notices were handed over. Visits and cases go with the area.")
