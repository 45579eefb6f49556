"""The confidential channel over the small district, and somebody with a keypad phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.confidentiality.vault import Vault
from core.db import Sessions
from core.line import Line
from core.settings import Settings
from tests import inspectors
from tests.core.dialogue.reporting.confidant import (
    Confidant,
    line_over,
)
from tests.inspectors import Channel
from tests.stopped_clock import StoppedClock


@pytest.fixture
def open_channel(
    sessions: Sessions, vault: Vault, settings: Callable[..., Settings], tmp_path: Path
) -> Callable[..., Channel]:
    """Opens the channel, but for the inspectors of the areas named (`city` too), with these settings."""
    return lambda *without, **others: inspectors.open_channel(sessions, vault, settings, tmp_path, without, **others)


@pytest.fixture
def channel(open_channel: Callable[..., Channel]) -> Channel:
    """With an inspector everywhere."""
    return open_channel()


@pytest.fixture
def line(channel: Channel, scheme_clock: StoppedClock) -> Line:
    """The line over that channel."""
    return line_over(channel, scheme_clock)


@pytest.fixture
def person(line: Line) -> Confidant:
    """Somebody with a keypad phone who has never written before."""
    return Confidant(line)
