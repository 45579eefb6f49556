"""A small district, and the office that moves its windows."""

from __future__ import annotations

import pytest

from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from tests.core.services.moving import Office
from tests.districts import District, settle


@pytest.fixture
def district(sessions: Sessions, vault: Vault) -> District:
    """Two townships with their villages and staff."""
    with transaction(sessions) as session:
        return settle(session, vault)


@pytest.fixture
def office(sessions: Sessions, district: District) -> Office:
    """The office, in February 2026."""
    return Office(sessions, district)
