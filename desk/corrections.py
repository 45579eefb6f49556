"""`jiangfu person correct|move|merge|died`: what a clerk puts right in somebody's record, each with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from desk.acting import acting, as_option
from desk.office import Office

if TYPE_CHECKING:
    from core.services.personal.correcting import Clerk

_reason = click.option("--reason", required=True, help="Why, in plain words; it is kept.")


@click.command()
@click.argument("ref")
@click.option("--name", help="The right name.")
@click.option("--id-number", help="The right ID number; the birth date is part of it.")
@click.option("--group", help="The right village group.")
@_reason
@as_option
@click.pass_obj
def correct(
    office: Office, ref: str, name: str | None, id_number: str | None, group: str | None, reason: str, named: str
) -> None:
    """Put a wrong name, ID number (with it the birth date) or village group right; the person is told.

    Example: jiangfu person correct 27183644 --name 王桂兰 --reason 户口本为准 --as 13907310002
    """
    from core.domain.correction import CorrectionKind
    from core.services.personal.correcting import correct as put_right

    wanted = {CorrectionKind.NAME: name, CorrectionKind.ID_NUMBER: id_number, CorrectionKind.GROUP: group}
    given = {kind: value for kind, value in wanted.items() if value is not None}
    if not given:
        raise click.UsageError("Say what is right: --name, --id-number or --group.")

    def work(clerk: Clerk) -> None:
        for kind, value in given.items():
            put_right(clerk, ref, kind, value)

    _as_clerk(office, named, reason, work)
    click.echo(f"{ref}: corrected: {', '.join(given)}")


@click.command()
@click.argument("ref")
@click.argument("village")
@_reason
@as_option
@click.pass_obj
def move(office: Office, ref: str, village: str, reason: str, named: str) -> None:
    """Let a person live in another village (its code); history and open cases go along, lists stay as they hung.

    Example: jiangfu person move 27183644 4305210102 --reason 随儿子迁居 --as 13907310002
    """
    from core.services.personal.correcting import move as move_person

    _as_clerk(office, named, reason, lambda clerk: move_person(clerk, ref, village))
    click.echo(f"{ref}: lives in {village} now")


@click.command()
@click.argument("ref")
@click.argument("other")
@_reason
@as_option
@click.pass_obj
def merge(office: Office, ref: str, other: str, reason: str, named: str) -> None:
    """Make two records of one person one: what stands under OTHER goes to REF, and OTHER still finds it.

    Example: jiangfu person merge 27183644 31415921 --reason 同一人 --as 13907310002
    """
    import core.schema  # noqa: F401 - every table is to be known
    from core.services.personal.merging import merge as merge_records

    _as_clerk(office, named, reason, lambda clerk: merge_records(clerk, ref, other))
    click.echo(f"{other}: is part of {ref} now")


@click.command()
@click.argument("ref")
@_reason
@as_option
@click.pass_obj
def died(office: Office, ref: str, reason: str, named: str) -> None:
    """Record a death: reminders and visits stop at once, and the family is told what to bring.

    Example: jiangfu person died 27183644 --reason 村里报丧，5月8日去世 --as 13907310002
    """
    from core.services.personal.correcting import died as note_death

    _as_clerk(office, named, reason, lambda clerk: note_death(clerk, ref))
    click.echo(f"{ref}: has ceased; nothing more is sent but what the family is to bring")


def _as_clerk(office: Office, named: str, reason: str, work: Callable[[Clerk], None]) -> None:
    from core.db import transaction
    from core.services.personal.correcting import Clerk

    actor = acting(office, named)
    with transaction(office.sessions) as session:
        work(Clerk(session, office.vault, actor, reason, office.clock.now()))


CORRECTIONS = (correct, move, merge, died)
