"""`jiangfu advance`: applicants along the procedure, by reference, by file or by list, and a mistaken step back."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.domain.stage import POSTED, Stage
from desk.acting import acting, as_option
from desk.office import Office

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.services.acting import Actor


@click.command()
@click.argument("refs", nargs=-1, metavar="[REF...]")
@click.option("--to", "target", type=click.Choice([str(stage) for stage in Stage]), help="The stage.")
@click.option(
    "--file",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Take the references from a file: one a line, or the column ref of a CSV.",
)
@click.option(
    "--list",
    "whole",
    type=(click.Choice(list(POSTED)), str),
    metavar="LEVEL AREA",
    help="Move a whole list on, once its window has closed.",
)
@click.option("--undo", "back", is_flag=True, help="Undo the last step, while nothing has followed from it.")
@as_option
@click.option("--reason", default="", help="In plain words; needed to reject, to cease and to undo.")
@click.pass_obj
def advance(
    office: Office,
    refs: tuple[str, ...],
    target: str | None,
    file: Path | None,
    whole: tuple[str, str] | None,
    back: bool,
    named: str,
    reason: str,
) -> None:
    """Move applicants to a stage. Those that may not go there are named; the others go.

    \b
    Example: jiangfu advance 27183640 --to village_listed --as 13907310001
    A list:  jiangfu advance --list village 430602001 --as 13907310001
    Undone:  jiangfu advance 27183640 --undo --reason "wrong person" --as 13907310001
    """
    if sum((target is not None, whole is not None, back)) != 1:
        raise click.UsageError("One of --to, --list and --undo says what to do.")
    if whole is not None:
        if refs or file is not None:
            raise click.UsageError("--list names its people itself: leave the references and --file out.")
        _advance_list(office, named, *whole)
        return
    if bool(refs) == (file is not None):
        raise click.UsageError("Name the references, or a --file that holds them.")
    actor = acting(office, named)
    chosen = refs if file is None else _references_in(file)
    step = _undoing(office, actor, reason) if target is None else _moving(office, actor, Stage(target), reason)
    _one_by_one(office, chosen, step)


Step = Callable[["Session", str], str]


def _moving(office: Office, actor: Actor, target: Stage, reason: str) -> Step:
    from core.services import advancing

    def move(session: Session, ref: str) -> str:
        origin = advancing.advance(session, office.vault, ref, target, actor, reason, office.clock.now())
        return f"{origin} -> {target}"

    return move


def _undoing(office: Office, actor: Actor, reason: str) -> Step:
    from core.services import advancing

    def undo(session: Session, ref: str) -> str:
        return f"undone, again {advancing.undo(session, office.vault, ref, actor, reason, office.clock.now())}"

    return undo


def _one_by_one(office: Office, refs: Iterable[str], step: Step) -> None:
    """Take the step for each, in a transaction of its own, and leave with status 1 if any was refused."""
    from core.db import transaction
    from core.errors import NotAllowed, NotFound

    refused = 0
    for ref in refs:
        try:
            with transaction(office.sessions) as session:
                done = step(session, ref)
            click.echo(f"{ref}: {done}")
        except (NotAllowed, NotFound) as error:
            click.echo(str(error), err=True)
            refused += 1
    if refused:
        sys.exit(1)


def _advance_list(office: Office, named: str, level: str, code: str) -> None:
    from core.db import transaction
    from core.services import advancing
    from core.services.areas import area_of

    actor = acting(office, named)
    with transaction(office.sessions) as session:
        area = area_of(session, code)
        done = advancing.advance_list(session, office.vault, level, area, actor, office.clock.now())
    for ref in done.moved:
        click.echo(f"{ref}: {done.origin} -> {done.target}")
    for sentence in done.held_back:
        click.echo(sentence, err=True)
    click.echo(f"moved {len(done.moved)}, held back {len(done.held_back)}")
    if done.held_back:
        sys.exit(1)


def _references_in(file: Path) -> list[str]:
    from core.services.importing.references import references_in

    return references_in(file)
