"""`jiangfu serve`: the parts of the running line, one process each."""

from __future__ import annotations

import atexit
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import click

from desk.counting import counted_together
from desk.office import Office

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from core.clock import SchemeClock
    from core.settings import Settings

REQUIRED = {
    "web": (),
    "bot": ("telegram_bot_token",),
    "scheduler": (),
    "sender": (),
}


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(list(REQUIRED)))
@click.option("--clock-offset", type=float, hidden=True, help="Seconds that the scheme clock is ahead of the machine.")
@click.option("--stepped-clock", type=click.Path(path_type=Path), hidden=True, help="The demo's clock: its file.")
@click.pass_obj
def serve(office: Office, parts: tuple[str, ...], clock_offset: float | None, stepped_clock: Path | None) -> None:
    """Run the line: web, bot, scheduler, sender, each a process of its own; no word means all of them.

    Example: jiangfu serve web bot
    """
    from core.logs import configure

    settings = office.settings
    office = Office(clock=_parents_clock(settings.timezone, clock_offset, stepped_clock))
    if settings.now is not None and clock_offset is None:
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
        with counted_together():
            supervise({part: command(office, "serve", part) for part in wanted}, Event())


def _parents_clock(timezone: ZoneInfo, offset: float | None, stepped: Path | None) -> SchemeClock | None:
    """The clock that the parent set, which all of its children share; None in the parent itself."""
    if stepped is not None:
        from demo.stepped_clock import SteppedClock

        return SteppedClock(timezone, stepped)
    from core.clock import SchemeClock

    return None if offset is None else SchemeClock(timezone, timedelta(seconds=offset))


def _required_beside(part: str, settings: Settings) -> tuple[str, ...]:
    """What the part needs only as other settings have it; asked by the parent, lest the child die of it again and
    again."""
    if part in {"web", "sender"}:
        from sms.gateways.choice import required

        return required(settings, part)
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
    from threading import Thread

    from bot.sender import TelegramSender
    from core.delivery.eraser import Eraser
    from core.delivery.loop import Loop
    from core.delivery.sender import Sender
    from core.reminders.compose import Composer
    from sms.gateways.choice import chosen

    settings = office.settings
    gateway = chosen(settings)
    senders: list[Sender] = [gateway.sender(settings)]
    if settings.telegram_bot_token.get_secret_value():
        senders.append(telegram := TelegramSender(settings))
        atexit.register(telegram.close)
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    rates = {"sms": settings.sms_rate, "telegram": settings.telegram_rate}
    composer = Composer(office.vault, settings, office.clock)
    loop = Loop(office.sessions, office.vault, office.clock, settings, senders, composer, rate_of=rates)
    if gateway.eraser is not None:
        kept_for = timedelta(hours=settings.sms_records_hours) or None
        eraser = Eraser(office.sessions, office.vault, gateway.eraser(settings), kept_for)
        Thread(target=eraser.run, args=(stop,), daemon=True).start()
    loop.run(stop)


_RUN: dict[str, Callable[[Office], None]] = {"web": _web, "bot": _bot, "scheduler": _scheduler, "sender": _sender}
