"""The options in which a notice is written on the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time
from typing import TYPE_CHECKING, Any, TypeVar

import click

from desk.office import Office

if TYPE_CHECKING:
    from core.services.notices.writing import Draft

F = TypeVar("F", bound=Callable[..., object])
_TIMES = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"])
_DAY = click.DateTime(["%Y-%m-%d"])


def draft_options(command: F) -> F:
    """The options of a draft; `draft_from` reads them."""
    options = (
        click.argument("areas", nargs=-1, metavar="[AREA]..."),
        click.option("-m", "--message", required=True, help="The words in Chinese."),
        click.option("--english", default="", help="The words in English, for who reads it."),
        click.option("--date", "day", type=_DAY, help="The day that {date} names."),
        click.option("--at", "begins", type=_TIMES, help="When it goes out; at once if not given."),
        click.option("--until", "ends", type=_TIMES, help="After it nothing more leaves; three days if not given."),
        click.option("--urgent", is_flag=True, help="Also in the quiet hours; officers only, with a second one."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def draft_from(office: Office, said: Mapping[str, Any]) -> Draft:
    """What was typed, its times in the scheme's time zone; a day alone means its end for `--until`."""
    from core.services.notices.writing import Draft

    day, begins, ends = said["day"], said["begins"], said["ends"]
    if ends is not None and ends.time() == time():
        ends = datetime.combine(ends.date(), time(23, 59, 59))
    zone = office.settings.timezone
    return Draft(
        words=said["message"],
        english=said["english"],
        day=day.date() if day else None,
        areas=said["areas"],
        begins=begins.replace(tzinfo=zone) if begins else None,
        ends=ends.replace(tzinfo=zone) if ends else None,
        urgent=said["urgent"],
    )
