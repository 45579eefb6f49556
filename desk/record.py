"""`jiangfu record`: the two reviews of the village and the papers handed in, and what was recorded of somebody."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import click

from desk.acting import acting, as_option
from desk.office import Office

_Command = TypeVar("_Command", bound=Callable[..., None])


@click.group()
def record() -> None:
    """The reviews by council and congress, and the papers handed in.

    Example: jiangfu record council 27183640 --on 2026-03-28 --as 13907310001
    """


def _whose_and_when(command: _Command) -> _Command:
    command = click.option("--passed/--failed", default=True, help="The result (of the papers: complete or not).")(
        command
    )
    day = click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day, YYYY-MM-DD.")
    return click.argument("refs", nargs=-1, required=True, metavar="REF...")(day(as_option(command)))


@record.command()
@_whose_and_when
@click.pass_obj
def council(office: Office, refs: tuple[str, ...], day: datetime, passed: bool, named: str) -> None:
    """The association's council has reviewed these applicants (计生协会理事会).

    Example: jiangfu record council 27183640 --on 2026-03-28 --as 13907310001
    """
    _record(office, "council", refs, day, passed, named)


@record.command()
@_whose_and_when
@click.pass_obj
def congress(office: Office, refs: tuple[str, ...], day: datetime, passed: bool, named: str) -> None:
    """The villagers' congress has reviewed these applicants (村民代表会议).

    Example: jiangfu record congress 27183640 --on 2026-03-29 --failed --as 13907310001
    """
    _record(office, "congress", refs, day, passed, named)


@record.command()
@_whose_and_when
@click.pass_obj
def papers(office: Office, refs: tuple[str, ...], day: datetime, passed: bool, named: str) -> None:
    """These applicants have handed in their papers.

    Example: jiangfu record papers 27183640 --on 2026-03-30 --as 13907310001
    """
    _record(office, "papers", refs, day, passed, named)


@record.command()
@click.argument("ref")
@click.pass_obj
def show(office: Office, ref: str) -> None:
    """What was recorded of an applicant this year: what, the day, the result, the staff number of who recorded it.

    Example: jiangfu record show 27183640
    """
    from core.db import transaction
    from core.services.recording import records_of

    with transaction(office.sessions) as session:
        for note in records_of(session, ref):
            click.echo(f"{note.kind}\t{note.held_on}\t{_result(note.passed)}\t{note.staff_id}")


def _record(office: Office, kind: str, refs: tuple[str, ...], day: datetime, passed: bool, named: str) -> None:
    from core import audit
    from core.db import transaction
    from core.domain.procedure_record import RecordKind
    from core.errors import NotAllowed, NotFound
    from core.services import recording

    actor, now, refused = acting(office, named), office.clock.now(), 0
    for ref in refs:
        try:
            with transaction(office.sessions) as session:
                recording.record(session, ref, RecordKind(kind), day.date(), passed, actor, now)
                audit.note(session, office.vault, actor.staff_id, kind, ref, now, f"{day:%F} {_result(passed)}")
            click.echo(f"{ref}: {kind} {day:%F} {_result(passed)}")
        except (NotAllowed, NotFound) as error:
            click.echo(str(error), err=True)
            refused += 1
    if refused:
        sys.exit(1)


def _result(passed: bool) -> str:
    return "passed" if passed else "failed"
