"""The confidential channel over a district with inspectors at every level."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.confidentiality.vault import Vault
from core.db import Sessions
from core.settings import Settings
from tests import inspectors
from tests.inspectors import Channel


@pytest.fixture
def open_channel(
    sessions: Sessions, vault: Vault, settings: Callable[..., Settings], tmp_path: Path
) -> Callable[..., Channel]:
    """Opens the channel, but for the inspectors of the areas named (`city` too)."""
    return lambda *without: inspectors.open_channel(sessions, vault, settings, tmp_path, without)


@pytest.fixture
def channel(open_channel: Callable[..., Channel]) -> Channel:
    """With an inspector in the city, the district, both townships and one village."""
    return open_channel()
