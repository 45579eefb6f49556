"""`jiangfu outbox`: what is sent unasked, where it stands, and what it costs; never a text, never an address."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from core.delivery.outbox import State
from desk.acting import acting, as_option
from desk.office import Office

if TYPE_CHECKING:
    from core.delivery.figures import Line

row_argument = click.argument("row_id", metavar="N", type=click.IntRange(min=1))


@click.group()
def outbox() -> None:
    """The messages that are sent unasked.

    Example: jiangfu outbox stats
    """


@outbox.command("list")
@click.option("--state", type=click.Choice([str(state) for state in State]), help="Only those that stand there.")
@click.option("--limit", "most", default=50, show_default=True, type=click.IntRange(min=1))
@click.pass_obj
def list_rows(office: Office, state: str | None, most: int) -> None:
    """The newest messages: number, state, kind, text, channel, tries, when it may go, and why it went no further.

    Example: jiangfu outbox list --state failed
    """
    from core.db import transaction
    from core.delivery import figures

    with transaction(office.sessions) as session:
        lines = figures.lines(session, State(state) if state else None, most)
    for line in lines:
        click.echo("\t".join(_cells(line, office)))


@outbox.command()
@row_argument
@click.pass_obj
def show(office: Office, row_id: int) -> None:
    """One message, and the reference of the person whom it is for.

    Example: jiangfu outbox show 4711
    """
    from core.db import transaction
    from core.delivery import figures

    with transaction(office.sessions) as session:
        sheet = figures.sheet(session, row_id)
    click.echo("\t".join(_cells(sheet.line, office)))
    rows = {
        "for": sheet.ref,
        "fall-back": "yes" if sheet.line.turn else "",
        "code": sheet.code or "",
        "segments": str(sheet.segments or ""),
        "sent": _time(sheet.sent_at, office),
        "settled": _time(sheet.settled_at, office),
        "expires": _time(sheet.line.expires_at, office),
        "next try": _time(sheet.next_try_at, office),
    }
    for name, value in rows.items():
        if value:
            click.echo(f"{name}\t{value}")


@outbox.command()
@row_argument
@as_option
@click.pass_obj
def retry(office: Office, row_id: int, named: str) -> None:
    """Have a message tried again now that failed, is unknown, or waits. What is unknown may so come twice.

    Example: jiangfu outbox retry 4711 --as 13907310002
    """
    from core.db import transaction
    from core.services.resending import resend

    actor = acting(office, named)
    with transaction(office.sessions) as session:
        resend(session, office.vault, row_id, actor, office.clock.now())
    click.echo(f"{row_id}: queued")


@outbox.command()
@click.option("--days", default=7, show_default=True, type=click.IntRange(min=1), help="Days of usage.")
@click.pass_obj
def stats(office: Office, days: int) -> None:
    """How many messages stand where, what waits longest, why some went no further, and what each day cost.

    Example: jiangfu outbox stats --days 31
    """
    from core.db import transaction
    from core.delivery import figures

    now = office.clock.now()
    with transaction(office.sessions) as session:
        states = figures.states(session)
        oldest = figures.oldest_waiting(session, now)
        reasons = figures.reasons(session)
        used = figures.days(session, now.date() - timedelta(days=days - 1))
    for state, number in states.items():
        click.echo(f"state\t{state}\t{number}")
    if oldest is not None:
        click.echo(f"oldest waiting\t{_time(oldest, office)}\t{_length(now - oldest)}")
    for state, reason, number in reasons:
        click.echo(f"reason\t{state}\t{reason or '-'}\t{number}")
    for day in used:
        click.echo(f"day\t{day.day}\t{day.channel}\t{day.kind}\t{day.messages}\t{day.segments}\t{day.yuan:.2f}")
    total = sum(day.messages for day in used), sum(day.segments for day in used), sum(day.yuan for day in used)
    click.echo(f"{days} days\t{total[0]} messages\t{total[1]} segments\t{total[2]:.2f} yuan")


def _cells(line: Line, office: Office) -> tuple[str, ...]:
    due = _time(line.not_before, office)
    cells = line.id, line.state, line.kind, line.text_key, line.channel, line.attempts, due, line.error or "-"
    return tuple(str(cell) for cell in cells)


def _time(instant: datetime | None, office: Office) -> str:
    return f"{instant.astimezone(office.settings.timezone):%Y-%m-%d %H:%M}" if instant else ""


def _length(wait: timedelta) -> str:
    hours, minutes = divmod(int(wait.total_seconds()) // 60, 60)
    return f"{hours} h {minutes} min"
