"""`--long`: the whole torture (`make torture`) instead of the short form that every run of the tests has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import active_children
from multiprocessing.context import ForkServerContext

import pytest

from tests.torture.workers import fork_server


@dataclass(frozen=True)
class Run:
    """One run: over which engine and gateway, with how many workers, messages and kills.

    `rate`: messages a second over each channel. `lease`: seconds, in an installation two minutes. `faults`: how often
    each fault strikes the gateway, and `chance` how likely it is to strike a request until then. `lost`: how many
    answers to each kind of message Telegram loses, which costs half a minute each.
    """

    dialect: str
    gateway: str
    workers: int
    messages: int
    kills: int
    rate: float = 30.0
    lease: int = 8
    faults: int = 8
    chance: float = 0.03
    lost: int = 6

    def __str__(self) -> str:
        return f"{self.dialect}-{self.gateway}-{self.messages}"


SHORT = (
    Run("sqlite", "twilio", 1, 80, 2, lease=3, faults=0, lost=0),
    # What is struck waits ten seconds, so it is struck at the start.
    Run("postgresql", "android", 3, 80, 4, lease=3, faults=1, chance=1.0, lost=0),
)
# 50 kills in all, during 3,008 messages.
LONG = (
    Run("sqlite", "twilio", 1, 752, 12),
    Run("sqlite", "android", 1, 752, 12),
    Run("postgresql", "twilio", 3, 752, 13),
    Run("postgresql", "android", 3, 752, 13),
)


@pytest.fixture
def context() -> Iterator[ForkServerContext]:
    """What starts processes, none of which outlives the test."""
    yield fork_server()
    for process in active_children():
        process.kill()
        process.join()


@pytest.fixture
def dialect(request: pytest.FixtureRequest) -> str:
    """The engine's name: that of the test's run."""
    return str(request.param)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test that asks for a `run` gets those of the form that was chosen."""
    if "run" in metafunc.fixturenames:
        runs = LONG if metafunc.config.getoption("--long") else SHORT
        cases = [pytest.param(run.dialect, run, id=str(run)) for run in runs]
        metafunc.parametrize(("dialect", "run"), cases, indirect=["dialect"])
