"""What the tests of messages in doubt share: their kinds, and a worker that is killed while it sends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from core.delivery.loop import Loop
from core.delivery.outbox import MessageKind
from core.delivery.sender import Outgoing

Say = Callable[..., int]
LONG = timedelta(days=3)
DECISION, REMINDER, NOTICE = MessageKind.DECISION, MessageKind.REMINDER, MessageKind.NOTICE


def die(_message: Outgoing) -> None:
    """The worker is killed before the provider has the message."""
    raise KeyboardInterrupt


def killed(loop: Loop) -> None:
    """The worker is killed while it sends."""
    with pytest.raises(KeyboardInterrupt):
        loop.step()
