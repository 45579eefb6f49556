"""Verifying a backup: it is restored into a scratch database and held against its manifest."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from core import audit
from core.confidentiality.vault import Vault
from core.db import open_sessions
from core.errors import JiangfuError
from core.migrations.run import Standing, standing, upgrade
from core.services.backup.archive import DATABASE, MANIFEST
from core.services.backup.database_copy import scratch
from core.services.backup.manifest import Manifest
from core.services.backup.survey import survey


class BackupUnfit(JiangfuError):
    """The backup is not what its manifest says."""


def verify_backup(engine: Engine, folder: Path) -> Manifest:
    """Restore the unpacked archive in `folder` into a scratch database beside that of `engine`, compare the rows of
    each table and the audit head, bring it to this program's schema, and read the whole audit trail; the manifest.

    Raises BackupUnfit naming what differs, `audit.Broken`, and what `scratch` raises.
    """
    manifest = Manifest.read(folder / MANIFEST)
    if manifest.engine != engine.dialect.name:
        raise BackupUnfit(f"The backup is of {manifest.engine}, but JIANGFU_DATABASE_URL names {engine.dialect.name}.")
    with scratch(engine, folder / DATABASE, folder) as restored:
        _compare(restored, manifest)
        if standing(restored) is Standing.NEWER:
            raise BackupUnfit("The backup was made by a newer version of this program: install that one.")
        upgrade(restored)
        exported = [manifest.survey.head] if manifest.survey.head else []
        audit.verify(open_sessions(restored), Vault(folder), exported)
    return manifest


def _compare(restored: Engine, manifest: Manifest) -> None:
    with restored.begin() as connection:
        found = survey(connection)
    said = manifest.survey
    differing = [name for name in sorted({*said.rows, *found.rows}) if said.rows.get(name) != found.rows.get(name)]
    if differing:
        raise BackupUnfit(f"The backup does not hold all rows of {', '.join(differing)}.")
    if (found.revision, found.head) != (said.revision, said.head):
        raise BackupUnfit("The backup's schema or audit head is not that of its manifest.")
