"""A line with records, as a backup finds it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from pyrage.x25519 import Identity
from sqlalchemy import Engine

from core import audit
from core.confidentiality.vault import Vault
from core.db import Sessions, transaction
from core.services.backup.archive import make_identity, read_identity, recipient_of
from core.services.backup.making import make_backup
from tests.districts import District, settle
from tests.stopped_clock import MID_MAY


@dataclass
class Office:
    """What a backup is made of, and with."""

    engine: Engine
    keys_dir: Path
    folder: Path
    identity: Identity
    public: str

    def back_up(self, now=MID_MAY) -> Path:
        """A new backup."""
        archive = self.folder / "backup.age"
        make_backup(self.engine, self.keys_dir, recipient_of(self.public), archive, now)
        return archive


@pytest.fixture
def office(engine: Engine, keys_dir: Path, vault: Vault, tmp_path: Path) -> Office:
    """An office with a key for its backups."""
    public = make_identity(tmp_path / "identity.txt")
    return Office(engine, keys_dir, tmp_path, read_identity(tmp_path / "identity.txt"), public)


@pytest.fixture
def district(sessions: Sessions, vault: Vault) -> District:
    """A small district, with an entry in the audit trail."""
    with transaction(sessions) as session:
        settled = settle(session, vault)
        audit.note(session, vault, None, "window", "D", MID_MAY)
    return settled
