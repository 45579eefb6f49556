"""`jiangfu objections`: the officers' side of objections and of what else people tell; no cadre sees any of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from desk.acting import acting, as_option
from desk.office import Office

if TYPE_CHECKING:
    from core.services.cases.seeing import CaseLine

case_argument = click.argument("case_id", metavar="N", type=int)


@click.group()
def objections() -> None:
    """Objections, and what else people tell: decided by the officers one level above the list.

    Example: jiangfu objections list --as 13907310002
    """


@objections.command("list")
@click.option("--all", "decided", is_flag=True, help="Those that are over too.")
@as_option
@click.pass_obj
def list_cases(office: Office, decided: bool, named: str) -> None:
    """The cases of your area and of those in it, the next due first: number, what it is about, voices, state, due day.

    Example: jiangfu objections list --as 13907310002
    """
    from core.db import transaction
    from core.services.cases.seeing import cases_for

    actor, today = acting(office, named), office.clock.today()
    with transaction(office.sessions) as session:
        lines = cases_for(session, actor, decided=decided)
    for line in lines:
        overdue = "OVERDUE" if line.is_overdue(today) else ""
        click.echo("\t".join(filter(None, (*_cells(line), overdue))))


@objections.command()
@case_argument
@as_option
@click.pass_obj
def show(office: Office, case_id: int, named: str) -> None:
    """One case that is yours to decide: what it is about and what was said, never by whom.

    Example: jiangfu objections show 12 --as 13907310002
    """
    from core.db import transaction
    from core.services.cases.seeing import sheet_of

    actor = acting(office, named)
    with transaction(office.sessions) as session:
        sheet = sheet_of(session, office.vault, actor, case_id, office.clock.now())
    click.echo("\t".join(_cells(sheet.line)))
    if sheet.ref:
        click.echo(f"applicant\t{sheet.ref}")
    for said in sheet.said:
        click.echo(f"{said.ground or '-'}\t{' '.join(said.words.split()) or '-'}")
    if sheet.reason:
        click.echo(f"decided\t{sheet.reason}")


@objections.command()
@case_argument
@as_option
@click.pass_obj
def take(office: Office, case_id: int, named: str) -> None:
    """Take a case under review: whoever follows it reads so.

    Example: jiangfu objections take 12 --as 13907310002
    """
    from core.db import transaction
    from core.services.cases import deciding

    actor = acting(office, named)
    with transaction(office.sessions) as session:
        deciding.take(session, office.vault, case_id, actor, office.clock.now())
    click.echo(f"{case_id}: under_review")


@objections.command()
@case_argument
@click.option("--uphold", "verdict", flag_value="upheld", help="The objection is right.")
@click.option("--dismiss", "verdict", flag_value="dismissed", help="It is not.")
@click.option("--done", "verdict", flag_value="done", help="What was told otherwise has been seen to.")
@click.option("--reason", required=True, help="In plain words; both sides read it, so it names nobody who objected.")
@as_option
@click.pass_obj
def decide(office: Office, case_id: int, verdict: str | None, reason: str, named: str) -> None:
    """Decide a case. An entry that was rightly objected to leaves its list and the procedure; both sides hear why.

    Example: jiangfu objections decide 12 --dismiss --reason "户口本上是1950年3月，够60岁。" --as 13907310002
    """
    from core.db import transaction
    from core.services.cases import deciding

    if verdict is None:
        raise click.UsageError("Say how it ends: --uphold, --dismiss or --done.")
    actor = acting(office, named)
    with transaction(office.sessions) as session:
        deciding.decide(session, office.vault, case_id, deciding.Verdict(verdict), actor, reason, office.clock.now())
    click.echo(f"{case_id}: {verdict}")


def _cells(line: CaseLine) -> tuple[str, ...]:
    about = f"{line.kind} {line.entry_number}" if line.entry_number else str(line.kind)
    voices = f"{line.voices} voice" + ("s" if line.voices != 1 else "")
    state = f"{line.state}, escalated" if line.escalated else str(line.state)
    listed = f"{line.level} list" if line.level else "-"
    return str(line.id), about, listed, line.village, line.office, voices, state, f"due {line.due_on}"
