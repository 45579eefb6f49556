"""Waiting for processes that work: looked at seldom, lest the looking slows them down."""

from __future__ import annotations

import time
from collections.abc import Callable

EVERY = 0.2  # seconds
SECONDS = 150  # enough for the last retries on a busy machine


def patiently(condition: Callable[[], object], what: str) -> None:
    """Return when `condition` holds; fail, with `what` went wrong, where it does not in time."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(EVERY)
