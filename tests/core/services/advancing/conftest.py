"""A district in which people are moved."""

from __future__ import annotations

import pytest

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from tests.districts import District, settle


@pytest.fixture
def district(sessions: Sessions, vault: Vault) -> District:
    """Two townships with their villages and staff."""
    with transaction(sessions) as session:
        return settle(session, vault)
