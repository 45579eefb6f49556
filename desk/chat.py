"""`jiangfu chat`: the line in a terminal, through the same dialogue as every channel."""

from __future__ import annotations

import sys
import uuid
from io import TextIOWrapper

import click

from desk.office import Office


@click.command()
@click.option("--phone", default="+8613900000000", show_default=True, help="Text as this number.")
@click.option("--telegram", metavar="ID", help="Chat as this Telegram user instead.")
@click.pass_obj
def chat(office: Office, phone: str, telegram: str | None) -> None:
    """Talk with the line; an empty line, or the end of the input, ends it. A button is pressed by its digit.

    Example: jiangfu chat --phone +8613812345678
    """
    from core.dialogue.prompt import Inbound
    from core.errors import Unavailable
    from core.phones import e164
    from sms.render import render_all

    number = e164(phone)
    if number is None and telegram is None:
        raise click.UsageError("--phone is no valid number; an example: +8613812345678")
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # a terminal of another encoding is no reason to hang up
    channel, address = ("telegram", telegram) if telegram else ("sms", number or "")
    line = office.line
    for text in iter(_typed, ""):
        try:
            reply = line.answer(Inbound(channel, address, uuid.uuid4().hex, text, erasable=True))
        except Unavailable:
            reply = line.not_saved()
        for said in render_all(reply):
            click.echo(said)


def _typed() -> str:
    if sys.stdin.isatty():
        click.echo("> ", nl=False)
    return sys.stdin.readline().rstrip("\n")
