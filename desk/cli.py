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
    "bench": ("desk.bench.commands:bench", "Measure, beside a baseline in the same run."),
    "chat": ("desk.chat:chat", "Talk with the line in this terminal."),
    "check": ("desk.check_command:check", "Judge eligibility cases."),
    "demo": ("desk.demo:demo", "A complete invented district on this machine."),
    "import": ("desk.imports:import_group", "Take in a spreadsheet."),
    "init": ("desk.init:init", "Create the database schema and the key files."),
    "keys": ("desk.keys:keys", "The keys that seal personal data."),
    "serve": ("desk.serve:serve", "Run the line."),
    "staff": ("desk.staff:staff", "Staff and their PINs."),
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
