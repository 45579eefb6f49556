"""The switch that writes the expected side anew, and the stage on which conversations are played."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from core.settings import Settings
from tests.conversations.stage import Stage
from tests.stopped_clock import StoppedClock

SWITCH = "--rewrite-conversations"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        SWITCH,
        action="store_true",
        help="write what comes back now into tests/conversations/scripts and docs/cost.md; look at the difference then",
    )


@pytest.fixture
def rewriting(request: pytest.FixtureRequest) -> bool:
    """Whether the expected side is to be written anew (pytest tests/conversations --rewrite-conversations)."""
    # Where pytest was started on the whole tree it has not read this file in time to know the switch.
    chosen = bool(request.config.getoption(SWITCH, default=False))
    if chosen and "PYTEST_XDIST_WORKER" in os.environ:
        pytest.fail("several processes would write the same files: leave -n out")
    return chosen


@pytest.fixture
def stage(
    database_url: str, keys_dir: object, scheme_clock: StoppedClock, settings: Callable[..., Settings]
) -> Iterator[Stage]:
    """A line with both doors, over a database and keys of its own."""
    with Stage(database_url, scheme_clock, settings) as built:
        yield built
