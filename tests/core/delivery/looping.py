"""What the tests of the loop share: how they make one, and how they let it run till nothing waits."""

from __future__ import annotations

from collections.abc import Callable

from core.delivery.loop import Loop

Make = Callable[..., Loop]


def all_of(loop: Loop) -> None:
    """Send until nothing waits that may go now."""
    while loop.step():
        pass
