"""`jiangfu staff`: who is in office, and their PINs."""

from __future__ import annotations

import os

import click

from desk.office import Office


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
