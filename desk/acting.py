"""For commands that act for somebody: `--as` and the PIN."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import click

from desk.office import Office

if TYPE_CHECKING:
    from core.services.acting import Actor

F = TypeVar("F", bound=Callable[..., object])

as_option = click.option(
    "--as", "named", envvar="JIANGFU_STAFF", required=True, metavar="STAFF", help="Staff number or phone of who acts."
)


def acting(office: Office, named: str) -> Actor:
    """Who acts, proven by JIANGFU_PIN or by what is typed when asked. Raises NotAllowed where the PIN is wrong."""
    from core.db import transaction
    from core.errors import NotAllowed
    from core.services.acting import prove

    pin = os.environ.get("JIANGFU_PIN") or click.prompt("PIN", hide_input=True, err=True)
    with transaction(office.sessions) as session:
        actor = prove(session, office.vault, named, pin)
    if actor is None:
        raise NotAllowed("The PIN is wrong.")
    return actor
