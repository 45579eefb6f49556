"""What a gateway's folder offers to the rest of the program, whichever gateway it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint

from core.delivery.eraser import Erases
from core.delivery.sender import Capabilities, Sender
from core.line import Line
from core.settings import Settings


@dataclass(frozen=True)
class Gateway:
    """One gateway: what it can do, its webhooks for the web process, its sender for the sender process, and what erases
    there, if it can.

    Beside it the folder holds `account.required`, which says what must be set for either.
    """

    capabilities: Capabilities
    webhooks: Callable[[Line], Blueprint]
    sender: Callable[[Settings], Sender]
    eraser: Callable[[Settings], Erases] | None = None
