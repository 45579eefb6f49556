"""`jiangfu`: the list of commands, each loaded only when it is called, and the one place where errors become words."""

from __future__ import annotations

import importlib
import sys
from typing import cast

import click

from desk.office import Office

COMMANDS = {
    "advance": ("desk.advance:advance", "Move applicants along the procedure."),
    "applicants": ("desk.applicants:applicants", "Find applicants by reference, ID number or phone."),
    "ask": ("desk.ask:ask", "Answer one policy question."),
    "audit": ("desk.audit:audit", "The trail of who did what, and the proof that it is whole."),
    "backup": ("desk.backup:backup", "Make a backup while the line runs, or look into one."),
    "bench": ("desk.bench.commands:bench", "Measure, beside a baseline in the same run."),
    "chat": ("desk.chat:chat", "Talk with the line in this terminal."),
    "check": ("desk.check:check", "Judge eligibility cases."),
    "contacts": ("desk.contacts:contacts", "Whom the line may write to unasked."),
    "demo": ("desk.demo:demo", "A complete invented district on this machine."),
    "import": ("desk.imports:import_group", "Take in a spreadsheet."),
    "init": ("desk.init:init", "Create the database schema and the key files."),
    "keys": ("desk.keys:keys", "The keys that seal personal data."),
    "lists": ("desk.lists:lists", "The published lists, on the screen and for the wall."),
    "notices": ("desk.notices:notices", "Notices of cadres and officers, and how far they came."),
    "objections": ("desk.objections:objections", "Objections, and what else people tell."),
    "outbox": ("desk.outbox:outbox", "What is sent unasked, where it stands, what it costs."),
    "person": ("desk.person:person", "What is held of somebody: shown, corrected, erased."),
    "quality": ("desk.quality:quality", "The check at the door: who is drawn, and what was found."),
    "record": ("desk.record:record", "The village's reviews and the papers handed in."),
    "reports": ("desk.reports:reports", "The confidential channel."),
    "restore": ("desk.backup:restore", "Put a backup in the place of database and keys."),
    "serve": ("desk.serve:serve", "Run the line."),
    "staff": ("desk.staff:staff", "Staff and their PINs."),
    "summary": ("desk.summary:summary", "The year-end summary."),
    "visits": ("desk.visits:visits", "Who is to be seen at the door."),
    "windows": ("desk.windows:windows", "The publicity calendar, and moving its windows."),
    "texts": ("desk.texts:texts", "Every text that is sent unasked, for registration with a carrier."),
}


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        return cast("click.Command", getattr(importlib.import_module(module), name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="jiangfu")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """The village line of the rural family-planning reward-and-support scheme (奖扶).

    Example: jiangfu demo
    """
    ctx.obj = Office()


def main() -> None:
    """Run a command. Every failure is one line on standard error; the exit status is 0, 1 (not done) or 2 (usage)."""
    try:
        cli(standalone_mode=True)
    except Exception as error:  # the outermost door: whatever it is, nobody shall read a traceback
        sys.exit(_explain(error))


def _explain(error: Exception) -> int:
    from core.errors import JiangfuError

    if isinstance(error, JiangfuError):
        click.echo(f"jiangfu: {error}", err=True)
        return 1
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f"{frame.tb_frame.f_code.co_filename.rpartition('/')[2]}:{frame.tb_lineno}" if frame else "?"
    # The message itself may hold anything, personal data too: only its kind and place are shown.
    click.echo(f"jiangfu: an unforeseen {type(error).__name__} at {place}; what was saved before is safe.", err=True)
    return 1
