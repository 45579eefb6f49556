"""`jiangfu import`: the office's tables of areas, staff, applicants and payouts, each bad row named on its own line."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from desk.office import Office

if TYPE_CHECKING:
    from core.services.importing.batches import OnRow
    from core.services.importing.reading import Table
    from core.services.importing.report import Report, RowResult
    from core.services.importing.table import Layout

_Command = TypeVar("_Command", bound=Callable[..., None])

_CLEAR_LINE = "\r\x1b[K"
_STEPS = 1000


@click.group("import")
def import_group() -> None:
    """Import tables of the office: CSV (UTF-8, GB18030) or XLSX, the first row the header.

    Good rows are kept; every bad one is printed as "line N, column C: reason", the header being line 1. Importing the
    same file again changes nothing. Exit status 1 if any row was rejected.

    \b
    Example: jiangfu import applicants township.xlsx --dry-run
    """


def _file_and_dry_run(command: _Command) -> _Command:
    file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    return file(click.option("--dry-run", is_flag=True, help="Look at every row and save none.")(command))


@import_group.command()
@_file_and_dry_run
@click.pass_obj
def areas(office: Office, file: Path, dry_run: bool) -> None:
    """Import areas, found again by code.

    \b
    Columns: code (编码), name (名称), level (级别: district, township, office or village),
    parent (上级), agricultural_population (农业人口), name_en (英文名称).
    Example: jiangfu import areas areas.csv
    """
    from core.services.importing.areas import LAYOUT, import_areas

    def work(table: Table, on_row: OnRow) -> Report:
        return import_areas(table.rows, office.sessions, dry_run=dry_run, on_row=on_row)

    _import(file, LAYOUT, work, dry_run)


@import_group.command()
@_file_and_dry_run
@click.pass_obj
def staff(office: Office, file: Path, dry_run: bool) -> None:
    """Import staff, found again by mobile phone. PINs are not touched.

    \b
    Columns: name (姓名), role (角色: cadre, officer, inspector or admin), area (区域编码), phone (手机号).
    Example: jiangfu import staff staff.xlsx
    """
    from core.services.importing.staff import LAYOUT, import_staff

    def work(table: Table, on_row: OnRow) -> Report:
        return import_staff(table.rows, office.sessions, office.vault, dry_run=dry_run, on_row=on_row)

    _import(file, LAYOUT, work, dry_run)


@import_group.command()
@_file_and_dry_run
@click.option(
    "--refs",
    type=click.Path(exists=False, dir_okay=False, path_type=Path),
    help="Write line and reference of every row that created something to this new CSV file.",
)
@click.pass_obj
def applicants(office: Office, file: Path, dry_run: bool, refs: Path | None) -> None:
    """Import applicants, found again by reference or ID number; one application a person and year.

    \b
    Columns: ref (编号, empty: one is given), name (姓名), id_number (身份证号), phone (手机号),
    area (村编码), stage (阶段, for a new application only), year (年度), language (语言: zh or en),
    home_visit (上门服务: yes or no), reason (原因), group (村民小组),
    ground (条件: one_child, two_daughters or other; 一个孩子, 两个女儿 or 其他).

    A cell left empty leaves the record as it is, but for the phone: empty, it takes the old number away. Leave the
    whole column out to leave all phones as they are.

    \b
    Example: jiangfu import applicants township.xlsx --refs references.csv
    """
    from core.services.importing.applicant_row import LAYOUT
    from core.services.importing.applicants import import_applicants

    if refs is not None and dry_run:
        raise click.UsageError("--refs has nothing to write in a --dry-run.")

    def work(table: Table, on_row: OnRow) -> Report:
        now = office.clock.now()
        return import_applicants(table.rows, office.sessions, office.vault, now, dry_run=dry_run, on_row=on_row)

    with ExitStack() as stack:
        note_ref = stack.enter_context(_refs_file(refs)) if refs else None
        _import(file, LAYOUT, work, dry_run, note_ref)


@import_group.command()
@_file_and_dry_run
@click.option("--correction", is_flag=True, help="Take lines that say otherwise of payments recorded before.")
@click.option("--reason", default="", help="Why they are corrected; goes with --correction.")
@click.option("--as", "named", envvar="JIANGFU_STAFF", metavar="STAFF", help="Staff number or phone of who imports.")
@click.pass_obj
def payouts(office: Office, file: Path, dry_run: bool, correction: bool, reason: str, named: str | None) -> None:
    """Import the bank's result file; each person is told. What is recorded is never changed, only added to.

    \b
    Columns: ref (编号), year (年度), amount (金额, whole yuan, without separators), status (状态: paid or failed),
    paid_on (发放日期), reason (原因, of what failed).
    Example: jiangfu import payouts july.xlsx
    """
    from core.services.importing.payout_row import LAYOUT
    from core.services.importing.payout_totals import Totals
    from core.services.importing.payouts import Occasion, import_payouts
    from desk.acting import acting

    if correction != bool(reason.strip()):
        raise click.UsageError("--correction and --reason go together.")
    actor = acting(office, named) if named else None
    occasion = Occasion(office.clock.now(), office.settings.amounts, actor, reason.strip())
    totals = Totals()

    def work(table: Table, on_row: OnRow) -> Report:
        return import_payouts(
            table.rows, office.sessions, office.vault, occasion, totals, dry_run=dry_run, on_row=on_row
        )

    try:
        _import(file, LAYOUT, work, dry_run)
    finally:  # also where the file turned out damaged half way: what was recorded is recorded
        for sentence in totals.sentences():
            click.echo(sentence)


def _import(
    file: Path, layout: Layout, work: Callable[[Table, OnRow], Report], dry_run: bool, also: OnRow | None = None
) -> None:
    """Do `work` on the table in `file`, print what became of it, and leave with the right exit status."""
    from core.services.importing.reading import open_table
    from core.services.importing.report import Stopped

    try:
        with open_table(file, layout) as table, _progress(table) as advance:

            def on_row(result: RowResult) -> None:
                advance()
                _print_row(result)
                if also is not None:
                    also(result)

            report = work(table, on_row)
    except Stopped as stopped:
        click.echo(stopped.report)
        raise
    click.echo(report)
    if dry_run:
        click.echo("This was a dry run: nothing is saved.")
    if report.rejected:
        sys.exit(1)


def _print_row(result: RowResult) -> None:
    for sentence in result.sentences():
        if sys.stderr.isatty():
            click.echo(_CLEAR_LINE, err=True, nl=False)
        click.echo(sentence)


@contextmanager
def _progress(table: Table) -> Iterator[Callable[[], None]]:
    """A progress bar on standard error, where that is a terminal; to be told of every row."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    with click.progressbar(length=_STEPS, label="Importing", file=sys.stderr) as bar:

        def advance() -> None:
            if (step := int(table.done() * _STEPS)) > bar.pos:
                bar.update(step - bar.pos)

        yield advance


@contextmanager
def _refs_file(path: Path) -> Iterator[OnRow]:
    """A new file for references, readable by its owner alone; with the mark by which Excel knows UTF-8."""
    from core.errors import NotAllowed

    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise NotAllowed("The file for --refs is there already: name a new one.") from None
    except OSError:
        raise NotAllowed("The file for --refs cannot be written.") from None
    with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("line", "ref"))

        def on_row(result: RowResult) -> None:
            if result.ref:
                writer.writerow((result.line, result.ref))

        yield on_row
