"""Making a backup while the line runs."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from pyrage.x25519 import Recipient
from sqlalchemy import Engine

from core.confidentiality import keys
from core.services.backup.archive import DATABASE, KEYS, MANIFEST, pack, workroom
from core.services.backup.database_copy import copy_out
from core.services.backup.manifest import Manifest


def make_backup(engine: Engine, keys_dir: Path, recipient: Recipient, archive: Path, now: datetime) -> Manifest:
    """Write database, keys and manifest to `archive`, encrypted to `recipient`; the manifest. `now` is the scheme's.

    The keys of confidential reports stay out: a report that is destroyed is destroyed in every backup too. Raises
    NotAllowed while the keys are being rotated, or where `archive` cannot be written; ToolMissing, ToolFailed.
    """
    # The copy and the keys go together, so no rotation may come between them.
    with keys.alone(keys_dir, wait=False), workroom(keys_dir.absolute().parent) as folder:
        found = copy_out(engine, folder / DATABASE)
        shutil.copyfile(keys_dir / keys.FILE, folder / KEYS)
        manifest = Manifest(engine.dialect.name, now, found)
        manifest.write(folder / MANIFEST)
        pack(folder, archive, recipient)
    return manifest
