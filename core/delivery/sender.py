"""What a channel offers to the sender process, and the errors that say whether to try again and whose fault it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Protocol

from core.errors import JiangfuError


@dataclass(frozen=True)
class Outgoing:
    """One unasked message, rendered: the address in clear, the text, and the row's id (the only part fit for a log)."""

    row_id: int
    address: str
    text: str


class Sender(Protocol):
    """A way out. Each channel's folder holds one."""

    channel: str

    def send(self, message: Outgoing) -> str:
        """Hand `message` to the provider; its reference there. Raises SendError."""
        ...


class SendError(JiangfuError):
    """The provider did not take the message. `ours`: the fault is in how we are set up, not in the message."""

    retry: ClassVar[bool] = False
    ours: ClassVar[bool] = False
    stops_contact: ClassVar[bool] = False

    def __init__(self, code: str, wait: timedelta | None = None) -> None:
        super().__init__()
        self.code = code
        self.wait = wait


class Unreachable(SendError):
    """The provider is down or slow; try again later."""

    retry = True


class Throttled(SendError):
    """The provider asks us to wait; `wait` says how long where it said so."""

    retry = True


class Refused(SendError):
    """The provider will not take this message; trying again is in vain."""


class Misconfigured(SendError):
    """The provider does not accept us (token, number): an administrator's matter, so it is kept till it expires."""

    retry = True
    ours = True


class Stopped(SendError):
    """The address does not exist, or its owner has stopped us there: nothing more goes to it."""

    stops_contact = True
