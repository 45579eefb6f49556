"""The village of these tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.confidentiality.vault import Vault
from core.db import Sessions
from core.settings import Settings
from tests.core.services.notices.village import Village, village


@pytest.fixture
def place(sessions: Sessions, vault: Vault, settings: Callable[..., Settings]) -> Village:
    """A village with its cadre."""
    return village(sessions, vault, settings)
