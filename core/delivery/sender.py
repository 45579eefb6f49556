"""What a channel offers to the sender process, and the errors that say whether to try again and whose fault it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Protocol

from core.errors import JiangfuError

# How many requests a worker has under way over one channel; a sender keeps so many connections.
MOST_AT_ONCE = 16


@dataclass(frozen=True)
class Outgoing:
    """One unasked message, rendered.

    `address` is in clear (an E.164 number, a chat id); `row_id` is the only part fit for a log. `own_id` (a UUID) is
    ours for this message, the same at each try and never used again, for gateways that refuse a repeat. `code` is the
    six digits that stand in `text`, so that the message can be told from all others; an answer has none.
    """

    row_id: int
    address: str
    text: str
    own_id: str = ""
    code: str | None = None


@dataclass(frozen=True)
class Capabilities:
    """What a gateway can do.

    `two_way`: it takes in what people write. `receipts`: it reports deliveries. `can_ask`: it can be asked whether it
    has taken a message. `knows_own_id`: it takes a message with the same `own_id` once, however often it is sent.
    `can_erase`: it can be made to forget what passed. `in_segments`: a text is counted, and paid, in SMS segments.
    `between`: the least time between two messages to one address.
    """

    two_way: bool
    receipts: bool
    can_ask: bool
    can_erase: bool
    knows_own_id: bool = False
    in_segments: bool = True
    between: timedelta = timedelta()


class Sender(Protocol):
    """A way out. Each channel's folder holds one; several threads use it at once."""

    channel: str
    capabilities: Capabilities

    def send(self, message: Outgoing) -> str:
        """Hand `message` to the provider; its reference there. Raises SendError."""
        ...

    def find(self, message: Outgoing, since: datetime) -> Sequence[str]:
        """The references of what the provider has taken since then (its own clock, aware) and may be `message`, the
        oldest first; none where it cannot be asked. Raises SendError where it does not answer."""
        ...


class Dropped(JiangfuError):
    """The message makes no sense any more. `note` (a word for the row, no personal data) says why."""

    def __init__(self, note: str) -> None:
        super().__init__()
        self.note = note


class SendError(JiangfuError):
    """The provider did not take the message, or did not say that it did.

    `retry`: another try may do better. `ours`: the fault is in how we are set up, not in the message. `in_doubt`: it
    may have taken it all the same. `stops_contact`: nothing more goes to this address.
    """

    retry: ClassVar[bool] = False
    ours: ClassVar[bool] = False
    in_doubt: ClassVar[bool] = False
    stops_contact: ClassVar[bool] = False

    def __init__(self, code: str, wait: timedelta | None = None) -> None:
        super().__init__()
        self.code = code
        self.wait = wait


class Unreachable(SendError):
    """The provider could not be reached, so it has not taken the message; try again later."""

    retry = True


class Unanswered(SendError):
    """The request went out and no answer came, or one that tells nothing: the message may have been taken."""

    retry = True
    in_doubt = True


class Failing(Unanswered):
    """The provider answered that it is ill (5xx): it has hardly taken the message, but it does not say so."""


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
