"""`jiangfu serve`: the parts of the running line, one process each."""

from __future__ import annotations

import atexit
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from threading import Event
from typing import TYPE_CHECKING

import click

from desk.office import Office

if TYPE_CHECKING:
    from core.settings import Settings

REQUIRED = {
    "web": ("twilio_auth_token",),
    "bot": ("telegram_bot_token",),
    "scheduler": (),
    "sender": ("twilio_account_sid", "twilio_auth_token"),
}


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(list(REQUIRED)))
@click.option("--clock-offset", type=float, hidden=True, help="Seconds that the scheme clock is ahead of the machine.")
@click.pass_obj
def serve(office: Office, parts: tuple[str, ...], clock_offset: float | None) -> None:
    """Run the line: web, bot, scheduler, sender, each a process of its own; no word means all of them.

    Example: jiangfu serve web bot
    """
    from core.clock import SchemeClock
    from core.logs import configure

    settings = office.settings
    if clock_offset is not None:
        office = Office(clock=SchemeClock(settings.timezone, timedelta(seconds=clock_offset)))
    elif settings.now is not None:
        click.echo(f"The scheme clock starts at {office.clock.now():%Y-%m-%d %H:%M} and ticks on.", err=True)
    wanted = parts or tuple(REQUIRED)
    for part in wanted:
        settings.require(*REQUIRED[part])
        settings.require(*_required_beside(part, settings))
    configure(settings.log_level, part=wanted[0] if len(wanted) == 1 else "parent")
    if len(wanted) == 1:
        _RUN[wanted[0]](office)
    else:
        from desk.supervisor import supervise

        _ = office.engine, office.vault  # what is missing is said once, by the parent
        office.engine.dispose()
        supervise({part: command(office, "serve", part) for part in wanted}, Event())


def _required_beside(part: str, settings: Settings) -> tuple[str, ...]:
    """What the part needs only as other settings have it; asked by the parent, lest the child die of it again and
    again."""
    if part == "sender" and not settings.twilio_messaging_service_sid:
        return ("twilio_from",)
    if part == "bot" and settings.telegram_mode == "webhook":
        return ("telegram_webhook_secret",)
    return ()


def command(office: Office, *words: str) -> list[str]:
    """The command line of a child that shares this process's scheme clock, also when it is started again later."""
    return [sys.executable, "-m", "desk", *words, f"--clock-offset={office.clock.offset.total_seconds()}"]


def _web(office: Office) -> None:
    from desk.web import run

    run(office)


def _bot(office: Office) -> None:
    from threading import Thread

    from bot.app import run

    Thread(target=office.line.warm, daemon=True).start()
    run(office.line)


def _scheduler(office: Office) -> None:
    from scheduler.app import run

    run(office.line)


def _sender(office: Office) -> None:
    from bot.sender import TelegramSender
    from core.delivery.loop import Loop
    from core.delivery.sender import Sender
    from core.texts import speaker
    from sms.gateways.twilio.sender import TwilioSender

    settings = office.settings
    senders: list[Sender] = [TwilioSender(settings)]
    if settings.telegram_bot_token.get_secret_value():
        senders.append(telegram := TelegramSender(settings))
        atexit.register(telegram.close)
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    loop = Loop(
        office.sessions,
        office.vault,
        office.clock,
        senders,
        lambda claimed: speaker(claimed.language)(claimed.text_key, **claimed.fields),
    )
    loop.run(stop)


_RUN: dict[str, Callable[[Office], None]] = {"web": _web, "bot": _bot, "scheduler": _scheduler, "sender": _sender}
