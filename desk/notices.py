"""`jiangfu notices`: written, looked at, sent, stopped, recalled, and reported on."""

from __future__ import annotations

from pathlib import Path

import click

from desk.acting import acting, as_option
from desk.notice_draft import draft_from, draft_options
from desk.office import Office

number_argument = click.argument("number", metavar="N", type=int)


@click.group()
def notices() -> None:
    """Notices: a cadre writes to his village, an officer to one or several areas of his.

    Example: jiangfu notices write -m "明天上午村部收材料" --as 13907310001
    """


@notices.command()
@draft_options
@click.option("--change", "number", type=int, metavar="N", help="Put this in the place of what draft N says.")
@as_option
@click.pass_obj
def write(office: Office, /, number: int | None, named: str, **said: object) -> None:
    """Write a draft; nobody gets it before `send`. {surname}, {village} and {date} are filled in for each reader.

    \b
    Example: jiangfu notices write T1 -m "{surname}老人家，{date}上午到村部交材料" --date 2026-05-20 --as 13907310002
    """
    from core.db import transaction
    from core.services.notices.writing import change
    from core.services.notices.writing import write as write_new

    draft, now = draft_from(office, said), office.clock.now()
    actor = acting(office, named)
    with transaction(office.sessions) as session:
        if number is None:
            notice = write_new(session, office.vault, actor, draft, now)
        else:
            notice = change(session, office.vault, actor, number, draft, now)
    click.echo(f"Notice {notice.id} is a draft; `jiangfu notices preview {notice.id}` shows what it comes to.")


@notices.command()
@number_argument
@as_option
@click.pass_obj
def preview(office: Office, number: int, named: str) -> None:
    """What it would come to now: people, channels, money, when it is finished, how it reads, and what to look at again.

    Example: jiangfu notices preview 5 --as 13907310001
    """
    from core.db import transaction
    from core.services.notices.finding import notice_in_area
    from core.services.notices.preview import preview as look
    from desk.notice_sheet import preview_lines

    actor = acting(office, named)
    with transaction(office.sessions) as session:
        notice = notice_in_area(session, actor, number)
        seen = look(session, office.vault, office.settings, notice, office.clock.now())
    for line in preview_lines(seen, office.settings):
        click.echo(line)


@notices.command()
@number_argument
@as_option
@click.pass_obj
def test(office: Office, number: int, named: str) -> None:
    """Send a copy to your own registered phone.

    Example: jiangfu notices test 5 --as 13907310001
    """
    from core.db import transaction
    from core.services.notices.copying import send_copy

    actor = acting(office, named)
    with transaction(office.sessions) as session:
        send_copy(session, office.vault, actor, number, office.clock.now())
    click.echo("A copy is on its way to your own phone.")


@notices.command()
@number_argument
@click.option("--again", is_flag=True, help="Though the same words went to the same village within a day.")
@click.option("--yes", is_flag=True, help="Without the question; for scripts.")
@as_option
@click.pass_obj
def send(office: Office, number: int, again: bool, yes: bool, named: str) -> None:
    """Show what it comes to, ask, and send it; or, as a second officer, confirm what another wants to send.

    Example: jiangfu notices send 5 --as 13907310001
    """
    from core.db import transaction
    from core.domain.notice import NoticeState
    from core.services.notices import sending
    from core.services.notices.finding import notice_in_area
    from core.services.notices.preview import preview as look
    from desk.notice_sheet import preview_lines

    actor, now = acting(office, named), office.clock.now()
    with transaction(office.sessions) as session:
        seen = look(session, office.vault, office.settings, notice_in_area(session, actor, number), now)
    if not yes:
        for line in preview_lines(seen, office.settings):
            click.echo(line)
        click.confirm("Send it?", abort=True, err=True)
    with transaction(office.sessions) as session:
        notice = sending.send(
            session, office.vault, office.settings, actor, number, seen.revision, now, again=again
        )  # fmt: skip
    if notice.state is NoticeState.AWAITING:
        click.echo(f"Notice {number} waits for a second officer: `jiangfu notices send {number} --as OFFICER`.")
    else:
        click.echo(f"Notice {number} is on its way to {seen.messages} addresses.")


@notices.command("list")
@as_option
@click.pass_obj
def list_notices(office: Office, named: str) -> None:
    """The notices of your area, the newest first: number, state, people, beginning, end, and the words.

    Example: jiangfu notices list --as 13907310002
    """
    from core.db import transaction
    from core.services.notices.finding import notices_of
    from desk.notice_sheet import list_line

    actor = acting(office, named)
    with transaction(office.sessions) as session:
        for notice in notices_of(session, actor):
            click.echo(list_line(notice, office.vault, office.settings))


@notices.command()
@number_argument
@as_option
@click.pass_obj
def show(office: Office, number: int, named: str) -> None:
    """One notice, how far its messages are, and how many people are told, visited and still open.

    Example: jiangfu notices show 5 --as 13907310001
    """
    from core.db import transaction
    from core.services.notices.finding import notice_in_area
    from core.services.notices.reach import counts, progress
    from desk.notice_sheet import list_line, reach_lines

    actor = acting(office, named)
    with transaction(office.sessions) as session:
        notice = notice_in_area(session, actor, number)
        click.echo(list_line(notice, office.vault, office.settings))
        for line in reach_lines(progress(session, notice), counts(session, notice)):
            click.echo(line)


@notices.command()
@number_argument
@as_option
@click.pass_obj
def stop(office: Office, number: int, named: str) -> None:
    """Keep back what has not left.

    Example: jiangfu notices stop 5 --as 13907310001
    """
    from core.db import transaction
    from core.services.notices import ending

    actor = acting(office, named)
    with transaction(office.sessions) as session:
        held = ending.stop(session, office.vault, actor, number, office.clock.now())
    click.echo(f"Notice {number} is stopped; {held} messages do not leave.")


@notices.command()
@number_argument
@as_option
@click.pass_obj
def recall(office: Office, number: int, named: str) -> None:
    """Stop it, and tell everybody who has had it that it does not hold.

    Example: jiangfu notices recall 5 --as 13907310001
    """
    from core.db import transaction
    from core.services.notices import ending

    actor = acting(office, named)
    with transaction(office.sessions) as session:
        held, told = ending.recall(session, office.vault, actor, number, office.clock.now())
    click.echo(f"Notice {number} is recalled; {held} messages do not leave, {told} people are told.")


@notices.command()
@number_argument
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A .csv or .xlsx file to write.")
@as_option
@click.pass_obj
def report(office: Office, number: int, output: Path | None, named: str) -> None:
    """How far it came: the counts, and with -o a line a person: reference, village, group, what became of it, why.

    Example: jiangfu notices report 5 -o reach.xlsx --as 13907310001
    """
    from core import audit
    from core.db import transaction
    from core.services.notices.finding import notice_in_area
    from core.services.notices.reach import counts, progress
    from core.services.notices.reach import report as lines_of
    from desk.notice_sheet import reach_lines, write_report

    actor = acting(office, named)
    with transaction(office.sessions) as session:
        notice = notice_in_area(session, actor, number)
        far = reach_lines(progress(session, notice), counts(session, notice))
        lines = lines_of(session, notice) if output else []
        audit.note(session, office.vault, actor.staff_id, "read_reach", f"notice {number}", office.clock.now())
    for line in far:
        click.echo(line)
    if output is not None:
        write_report(output, lines)
        click.echo(f"{output.name}: {len(lines)} people.")
